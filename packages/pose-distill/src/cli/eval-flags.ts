import type { Command } from 'commander';

/** The options that every evaluation of COCO-form files has. */
export function addFiles(command: Command): Command {
  return command
    .requiredOption('--gt <file>', 'annotations in COCO form')
    .requiredOption(
      '--dt <file>',
      'results: a JSON list of {image_id, category_id, keypoints, score}',
    );
}

export function addJson(command: Command): Command {
  return command.option('--json', 'print {"stats": ...} at full precision, null for no data');
}

/** What AP by OKS can be told besides. */
export function addOksOptions(command: Command, defaultSigmas: string): Command {
  return command
    .option(
      '--sigmas <file>',
      `JSON list of OKS sigmas, one a keypoint (default: ${defaultSigmas})`,
    )
    .option(
      '--params <file>',
      "JSON object of the reference's parameters: imgIds, catIds, iouThrs, recThrs, maxDets, areaRng, areaRngLbl, useCats, sigmas",
    )
    .option('--report <file>', 'also write an HTML page: curves, kinds of error, examples');
}

export interface OksFlags {
  readonly gt: string;
  readonly dt: string;
  readonly sigmas?: string;
  readonly params?: string;
  readonly report?: string;
  readonly json?: boolean;
}
