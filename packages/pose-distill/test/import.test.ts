import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadModel } from '../src/node.js';
import { createWorkplace } from './command.js';

const { folder, run: command, put } = createWorkplace();

const CHECKPOINT = fileURLToPath(
  new URL('./golden/mobilenetv2x0.1s16-deconv8.pth', import.meta.url),
);
const NETWORK = ['--network', 'mobilenetv2x0.1s16-deconv8', '--input', '32x32'];
const importing = (out: string, ...more: string[]) =>
  command(['import', '--from', CHECKPOINT, ...NETWORK, '--out', out, ...more]);

describe('import', () => {
  it('makes a model folder of a checkpoint', async () => {
    const { status, out, error } = await importing('models/whole', '--keypoints', '3');
    expect(error).toBe('');
    expect(status).toBe(0);
    expect(out).toMatch(/^Taken: \d+ tensors, 29,723 numbers, by the names of torchvision\./);
    expect(out).toMatch(/Not needed: state_dict\.module\.classifier\.1\.weight \[4,2\]/);
    const model = await loadModel(join(folder, 'models/whole'));
    expect(model.skeleton.keypoints).toEqual(['keypoint1', 'keypoint2', 'keypoint3']);
    expect(model.decode).toEqual({ kind: 'heatmap', refine: 'quarter' });
    // Value i of the k-th tensor, see golden/PROVENANCE.json; k is 0 for the stem.
    expect(model.weights['encoder.stem.conv.weight']![1]).toBe((((37 * 27) % 257) - 128) / 128);
    expect(readdirSync(join(folder, 'models'))).toEqual(['whole']);
  });

  it('starts another head anew only when told to', async () => {
    const refused = await importing('models/coco');
    expect(refused).toMatchObject({
      status: 1,
      error: expect.stringMatching(
        /Of another shape: final_layer\.weight \[17,8,1,1\], in the file \[3,8,1,1\].*--partial/s,
      ),
    });
    expect(existsSync(join(folder, 'models/coco'))).toBe(false);
    const partial = await importing('models/coco', '--partial', '--decode', 'integral');
    expect(partial).toMatchObject({
      status: 0,
      out: expect.stringContaining('start anew: head.weight, head.bias. Train before use.'),
    });
    const { skeleton, decode } = await loadModel(join(folder, 'models/coco'));
    expect(skeleton.name).toBe('coco17');
    expect(decode).toEqual({ kind: 'integral', beta: 10 });
    const json = await importing('models/mpii', '--partial', '--skeleton', 'mpii16', '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      scheme: 'torchvision',
      missing: [],
      kept: ['head.weight', 'head.bias'],
    });
  });

  it('writes nothing when something is wrong', async () => {
    const broken = join(folder, 'broken.pth');
    writeFileSync(broken, readFileSync(CHECKPOINT).subarray(0, 50_000));
    put('taken', 'a file');
    const cases: [string[], number, RegExp][] = [
      [['--from', 'nowhere.pth', ...NETWORK], 1, /Cannot read nowhere\.pth/],
      [['--from', broken, ...NETWORK], 1, /broken\.pth: /],
      [['--from', CHECKPOINT, '--network', 'alexnet'], 2, /No network is called "alexnet"/],
      [['--from', CHECKPOINT, '--network', 'mobilenetv2-deconv8', '--partial'], 1, /does not fit/],
      [
        ['--from', CHECKPOINT, ...NETWORK, '--skeleton', 'lsp14', '--keypoints', '3'],
        2,
        /14 keypoints/,
      ],
      [['--from', CHECKPOINT, ...NETWORK, '--keypoints', '0'], 2, /whole number/],
      [[...NETWORK], 2, /--from/],
    ];
    for (const [args, expected, message] of cases) {
      const { status, error } = await command(['import', ...args, '--out', 'models/none']);
      expect(error).toMatch(message);
      expect(status).toBe(expected);
    }
    expect(existsSync(join(folder, 'models/none'))).toBe(false);
    for (const place of ['models/whole', 'taken']) {
      const { status, error } = await importing(place, '--keypoints', '3');
      expect({ status, error }).toMatchObject({
        status: 2,
        error: expect.stringContaining('is there already'),
      });
    }
    expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
    expect(readdirSync(join(folder, 'models')).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('gives a student its first weights', async () => {
    const data = ['--data', 'synthetic:{"count":16,"validation":8}'];
    const args = ['train', '--recipe', 'plain', ...data, ...NETWORK, '--set', 'sigma=1'];
    const short = [...args, '--steps', '1', '--batch-size', '8'];
    const model = join(folder, 'models/whole');
    for (const [workers, out] of [
      ['1', 'run'],
      ['2', 'run2'],
    ] as const) {
      const start = ['--init', model, '--workers', workers, '--out', out];
      const { status, error } = await command([...short, ...start]);
      expect(error).toMatch(
        /student: \d+ of \d+ parameters start as the model's; as drawn: head\.weight, head\.bias/,
      );
      expect(status).toBe(0);
    }
    expect(JSON.parse(readFileSync(join(folder, 'run/job.json'), 'utf8'))).toMatchObject({
      init: model,
    });
    const nowhere = await command([...short, '--init', 'nowhere', '--out', 'other']);
    expect(nowhere).toMatchObject({
      status: 1,
      error: expect.stringContaining('No model in nowhere'),
    });
  }, 120_000);
});
