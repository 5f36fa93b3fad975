import { firstOf } from '../first-of.js';
import type { Phase } from '../node/phase.js';
import { describeUsage } from '../node/usage.js';
import type { TrainEvent, ValidationResult } from '../train/train.js';

/** Tells of the phases that run: a live line on a terminal, plain lines every tenth otherwise. */
export interface Progress {
  event(phase: Phase, event: TrainEvent): void;
  /** A lasting line. */
  say(line: string): void;
  end(): void;
}

interface Standing {
  step: number;
  steps: number;
  total: number;
  rate: number;
  told: number;
}

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const live = stream.isTTY === true;
  const phases = new Map<string, Standing>();
  const clear = (): void => {
    if (live) stream.write('\r\x1b[2K');
  };
  const draw = (): void => {
    if (!live || phases.size === 0) return;
    const line = [...phases].map(([name, standing]) => describe(name, standing)).join('  |  ');
    stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`);
  };
  const say = (line: string): void => {
    clear();
    stream.write(`${line}\n`);
    draw();
  };
  return {
    say,
    event({ name }, event) {
      switch (event.type) {
        case 'start': {
          const { step, steps, workers, reason } = event;
          const threads = workers > 1 ? `${workers} threads` : '1 thread';
          const how = `on ${threads}${reason ? ` (${reason})` : ''}`;
          phases.set(name, {
            step,
            steps,
            total: Number.NaN,
            rate: Number.NaN,
            told: Math.floor((10 * step) / steps),
          });
          say(
            step > 0
              ? `${name}: going on from step ${step} of ${steps} ${how}`
              : `${name}: ${steps} steps ${how}`,
          );
          break;
        }
        case 'initial':
          say(`${name}: ${describeStart(event.taken, event.drawn)}`);
          break;
        case 'loss': {
          const standing = phases.get(name)!;
          Object.assign(standing, {
            step: event.step,
            total: event.total,
            rate: event.imagesPerSecond,
          });
          const tenth = Math.floor((10 * event.step) / standing.steps);
          if (!live && tenth > standing.told) say(describe(name, standing));
          standing.told = tenth;
          draw();
          break;
        }
        case 'validation': {
          const several = Object.keys(event.others).length > 0;
          const who = several ? ` of ${event.output}, the best that may be deployed` : '';
          say(`${name}: validation at step ${event.step}${who}: ${describeScores(event.result)}`);
          for (const [output, scores] of Object.entries(event.others))
            say(`  ${output}: ${describeScores(scores)}`);
          break;
        }
        case 'end':
          phases.delete(name);
          say(
            event.interrupted
              ? `${name}: stopped after step ${event.step}`
              : `${name}: done${event.usage ? `, ${describeUsage(event.usage)}` : ''}`,
          );
          break;
        case 'checkpoint':
          break;
      }
    },
    end: clear,
  };
}

function describeScores(scores: ValidationResult): string {
  const numbers = Object.entries(scores).map(
    ([key, value]) => `${key} ${value?.toFixed(1) ?? 'none'}`,
  );
  return numbers.join(', ');
}

function describeStart(taken: number, drawn: readonly string[]): string {
  const all = `${taken} of ${taken + drawn.length} parameters start as the model's`;
  if (drawn.length === 0) return all;
  return `${all}; as drawn: ${firstOf(drawn)}`;
}

function describe(name: string, { step, steps, total, rate }: Standing): string {
  const filled = Math.round((20 * step) / steps);
  const bar = '#'.repeat(filled) + '-'.repeat(20 - filled);
  return `${name} [${bar}] ${step}/${steps} loss ${total.toPrecision(3)} ${rate.toFixed(0)} images/s`;
}
