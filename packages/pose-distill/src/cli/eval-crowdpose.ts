import {
  type CocoKeypointFile,
  type CocoKeypointResult,
  type CrowdPoseRules,
  evaluateCrowdPose,
} from '@pose-distill/metrics';
import { crowdpose14 } from '@pose-distill/skeletons';
import { type Command, Option } from 'commander';
import { addFiles, addJson, addOksOptions, type OksFlags } from './eval-flags.js';
import {
  aboutFiles,
  checkForms,
  readAnnotations,
  readOksOptions,
  readResults,
} from './eval-input.js';
import { printJson, printStats } from './eval-output.js';
import { sayReport, writeOksReport } from './eval-report.js';
import { example } from './example.js';

interface CrowdPoseFlags extends OksFlags {
  readonly rules: CrowdPoseRules;
}

export function addEvalCrowdPose(evaluate: Command): void {
  const command = evaluate
    .command('crowdpose')
    .description("CrowdPose's AP and AR, over all images and by how crowded they are.");
  addFiles(command);
  command.addOption(
    new Option(
      '--rules <name>',
      "whose evaluation: the authors' crowdposetools, or xtcocotools, which mmpose uses",
    )
      .choices(['crowdposetools', 'xtcocotools'])
      .default('crowdposetools'),
  );
  addOksOptions(command, "CrowdPose's 14");
  addJson(command)
    .addHelpText(
      'after',
      example(
        'eval crowdpose --gt crowdpose_test.json --dt results.json --json',
        'eval crowdpose --gt crowdpose_test.json --dt results.json --rules xtcocotools',
      ),
    )
    .action(evaluate14);
}

async function evaluate14(flags: CrowdPoseFlags): Promise<void> {
  const { gt, dt, rules, report, json } = flags;
  await checkForms(gt, dt);
  const options = await readOksOptions(flags);
  const groundTruth = await readAnnotations(gt);
  const results = await readResults(dt);
  const evaluation = await aboutFiles(flags, async () =>
    evaluateCrowdPose(groundTruth, results, { ...options, rules }),
  );
  const [stats, reasons] = [{ ...evaluation.stats }, evaluation.reasons];
  if (report) {
    await writeOksReport(report, {
      ...{ gt, dt, stats, reasons },
      groundTruth: withCrowdPoseAreas(groundTruth),
      results: rules === 'xtcocotools' ? results.filter(isSeen) : results,
      options: { ...options, oksSigmas: options.oksSigmas ?? crowdpose14.oksSigmas },
      title: `CrowdPose evaluation (${rules})`,
    });
  }
  if (json) printJson(stats);
  else printStats(stats, reasons);
  if (report) sayReport(report);
}

/** The part of a person's box that CrowdPose's evaluation takes for the person's area. */
const BOX_SHARE = 0.53;

/** The same people as COCO's rules need them, for the analysis. */
function withCrowdPoseAreas(file: CocoKeypointFile): CocoKeypointFile {
  const annotations = file.annotations.map((annotation) => {
    const [, , width = 0, height = 0] = annotation.bbox ?? [];
    const { iscrowd = 0 } = annotation;
    return { ...annotation, iscrowd, area: BOX_SHARE * width * height };
  });
  return { ...file, annotations };
}

function isSeen({ keypoints }: CocoKeypointResult): boolean {
  return keypoints.some((value, i) => i % 3 === 2 && value > 0);
}
