import { NetworkError } from './error.js';
import type { Initialiser } from './initialisers.js';
import type { OpAttributes, OpName } from './ops/index.js';
import { checkAttributes, type Schema } from './schema.js';
import type { Parameter, Shape, Value } from './types.js';

/** What one parameter of an operation must be. */
export interface ParameterSpec {
  readonly shape: Shape;
  readonly kind: Parameter['kind'];
  readonly initialiser: Initialiser;
}

/** What an operation adds to each of the complexity counters, for one image. */
export interface Cost {
  /** Multiply-accumulates of convolutions and linear layers; transposed ones on the input grid. */
  readonly macs?: number;
  /** The same with transposed convolutions on the output grid, where that differs. */
  readonly outputGridMacs?: number;
  /** Elements to which a convolution adds its bias. */
  readonly biased?: number;
  /** Elements normalised by an affine batch norm. */
  readonly normalised?: number;
  /** Elements of an activation that tables count: ReLU and its kin. */
  readonly activated?: number;
  /** Input elements of a pool. */
  readonly pooled?: number;
  /** Multiply-accumulates of products between activations. */
  readonly products?: number;
}

/** Everything the package knows of an operation: attributes, shapes, parameters, cost. */
export interface Operation<Op extends OpName> {
  readonly op: Op;
  /** How many values it takes. */
  readonly arity: { readonly from: number; readonly to: number };
  readonly schema: Schema<OpAttributes[Op]>;
  readonly shape: (inputs: readonly Shape[], attributes: OpAttributes[Op], where: string) => Shape;
  readonly parameters: (
    inputs: readonly Shape[],
    attributes: OpAttributes[Op],
  ) => Readonly<Record<string, ParameterSpec>>;
  readonly cost: (inputs: readonly Shape[], attributes: OpAttributes[Op], output: Shape) => Cost;
}

/** No parameters. */
export const noParameters = (): Readonly<Record<string, ParameterSpec>> => ({});
/** No cost on any counter. */
export const noCost = (): Cost => ({});
/** Takes exactly one value. */
export const one = { from: 1, to: 1 } as const;

/** Freezes an object and everything in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** The `[height, width, channels]` of a map; anything else is an error. */
export function mapShape(shape: Shape, where: string): readonly [number, number, number] {
  if (shape.length !== 3)
    throw new NetworkError(
      'SHAPE_MISMATCH',
      `${where}: expected a map [height, width, channels], got [${shape}]`,
      { shape },
    );
  return shape as unknown as readonly [number, number, number];
}

/** Options that every operation with parameters takes. */
export interface NamedOptions<Role extends string = never> {
  /** Path of the node, for example `encoder.block3.expand`; parameters are `<name>.<role>` unless named otherwise. */
  readonly name: string;
  /** Names of parameters to use instead; two nodes that name one weight share it. */
  readonly parameterNames?: Readonly<Partial<Record<Role, string>>>;
}

/** Makes a value: checks attributes, infers the shape, names the parameters. */
export function createValue<Op extends OpName>(
  operation: Operation<Op>,
  name: string,
  inputs: readonly Value[],
  attributes: OpAttributes[Op],
  {
    parameterNames = {},
    initialisers = {},
  }: {
    readonly parameterNames?: Readonly<Record<string, string | undefined>> | undefined;
    readonly initialisers?: Readonly<Record<string, Initialiser | undefined>> | undefined;
  } = {},
): Value {
  if (typeof name !== 'string' || name === '' || /\s/.test(name))
    throw new NetworkError(
      'OUT_OF_RANGE',
      `${operation.op}: name must be a path without spaces, such as 'encoder.stem.conv', not ${JSON.stringify(name)}`,
      { name },
    );
  const where = `${operation.op} '${name}'`;
  const shapes = inputs.map((input) => input.shape);
  const { shape, specs } = inferNode(operation, shapes, attributes, where);
  const parameters: Record<string, Parameter> = {};
  for (const [role, spec] of Object.entries(specs))
    parameters[role] = Object.freeze({
      name: parameterNames[role] ?? `${name}.${role}`,
      shape: Object.freeze([...spec.shape]),
      initialiser: Object.freeze({ ...(initialisers[role] ?? spec.initialiser) }),
      kind: spec.kind,
    });
  return Object.freeze({
    op: operation.op,
    name,
    inputs: Object.freeze([...inputs]),
    attributes: deepFreeze(structuredClone(attributes)),
    parameters: Object.freeze(parameters),
    shape,
  });
}

/** Checks attributes and inputs of a node and says what comes out. Also used on files, so nothing is trusted. */
export function inferNode<Op extends OpName>(
  operation: Operation<Op>,
  shapes: readonly Shape[],
  attributes: unknown,
  where: string,
): { readonly shape: Shape; readonly specs: Readonly<Record<string, ParameterSpec>> } {
  const { from, to } = operation.arity;
  if (shapes.length < from || shapes.length > to)
    throw new NetworkError(
      'OUT_OF_RANGE',
      `${where}: expected ${from === to ? from : `${from} or more`} input(s), got ${shapes.length}`,
    );
  checkAttributes(operation.schema, attributes, where);
  const shape = Object.freeze([...operation.shape(shapes, attributes, where)]);
  if (!shape.every((length) => Number.isSafeInteger(length) && length >= 1))
    throw new NetworkError(
      'SHAPE_MISMATCH',
      `${where}: input [${shapes.join('], [')}] is too small, the output would be [${shape}]`,
      { inputs: shapes, output: shape },
    );
  return { shape, specs: operation.parameters(shapes, attributes) };
}
