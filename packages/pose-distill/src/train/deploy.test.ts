import { describe, expect, it } from 'vitest';
import { recipePlan, tinyRecipe } from '../../test/tiny-recipes.js';
import type { Model } from '../model/model.js';
import { validateOutputs } from './deploy.js';
import { initialState, namedWeights } from './state.js';
import type { ValidationResult } from './train.js';

const plan = recipePlan(tinyRecipe('okdhp paper'));
const weights = namedWeights(plan.student, initialState(plan.student, 1));
const BRANCHES = ['branch1.stack1', 'branch2.stack1', 'branch3.stack1'];

/** Scores the branches and then the ensemble with these. */
function judged(scores: readonly ValidationResult[], of = plan) {
  const given = scores[Symbol.iterator]();
  const seen: Model[] = [];
  const validate = async (model: Model): Promise<ValidationResult> => {
    seen.push(model);
    return given.next().value!;
  };
  return validateOutputs(of, weights, validate).then((verdict) => ({ ...verdict, seen }));
}

describe('validateOutputs', () => {
  it.each([0, 1, 2])('deploys branch %i when it scores best', async (best) => {
    const scores = [0, 1, 2].map((branch) => ({ AP: branch === best ? 60 : 50 + branch }));
    const { output, model, others, seen, ...verdict } = await judged([...scores, { AP: 99 }]);
    expect(output).toBe(BRANCHES[best]);
    expect(verdict.scores).toEqual({ AP: 60 });
    expect(model).toBe(seen[best]);
    const prefix = `net.branch${best + 1}.`;
    const own = model.network.parameters.filter(({ name }) => name.startsWith('net.branch'));
    expect(own.every(({ name }) => name.startsWith(prefix))).toBe(true);
    const rest = BRANCHES.filter((name) => name !== output);
    expect(Object.keys(others)).toEqual([...rest, 'ensemble']);
    expect(others.ensemble).toEqual({ AP: 99 });
  });

  it.each<[string, ValidationResult[], number]>([
    [
      'by the first score',
      [
        { a: 1, b: 9 },
        { a: 2, b: 0 },
        { a: 1, b: 9 },
      ],
      1,
    ],
    [
      'by the next on a tie',
      [
        { a: 1, b: 2 },
        { a: 1, b: 1 },
        { a: 1, b: 3 },
      ],
      2,
    ],
    ['the first when all are equal', [{ a: 1 }, { a: 1 }, { a: 1 }], 0],
    ['any number before none', [{ a: null }, { a: 0 }, { a: null }], 1],
    ['a low number before none', [{ a: null }, { a: -7 }, { a: -8 }], 1],
    ['by the next where none has the first', [null, null, null].map((a, b) => ({ a, b })), 2],
    ['the first when there is no score', [{ a: null }, { a: null }, { a: null }], 0],
    ['the first when nothing is scored', [{}, {}, {}], 0],
  ])('chooses %s', async (_, scores, best) => {
    const { output } = await judged([...scores, { a: 99, b: 99 }]);
    expect(output).toBe(BRANCHES[best]);
  });

  it('takes the branch that the plan names, whatever the others score', async () => {
    const one = recipePlan(tinyRecipe('okdhp paper'), { deployBranch: 2 });
    expect(one.deploys).toEqual(['branch2.stack1']);
    const { output, others } = await judged([{ AP: 1 }, { AP: 2 }], one);
    expect(output).toBe('branch2.stack1');
    expect(others).toEqual({ ensemble: { AP: 2 } });
  });
});
