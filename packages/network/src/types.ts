import type { Initialiser } from './initialisers.js';
import type { OpAttributes, OpName } from './ops/index.js';

/** A shape without the batch: `[height, width, channels]` of a map, `[channels]` of a vector. */
export type Shape = readonly number[];

/** Width and height in pixels of the map they speak of. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Zero padding per side, in pixels. */
export interface Sides {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** A tensor that the network owns. A `weight` is trained, a `state` (running statistics) is updated by running. */
export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  readonly initialiser: Initialiser;
  readonly kind: 'weight' | 'state';
}

/**
 * A point of a graph that is being written: the result of one operation. Immutable; the functions that make
 * operations take values and return a value. `defineNetwork` turns values into a network.
 */
export interface Value {
  readonly op: OpName;
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly attributes: OpAttributes[OpName];
  /** By role, for example `weight` and `bias` of a convolution. */
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly shape: Shape;
}

/** One operation of a network; `inputs` and `parameters` are names. Narrow on `op` to know the attributes. */
export type NetworkNode = { readonly [Op in OpName]: NodeOf<Op> }[OpName];

/** A node of one kind. */
export interface NodeOf<Op extends OpName> {
  readonly op: Op;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly attributes: OpAttributes[Op];
  /** Parameter names by role. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Of one image, without the batch. */
  readonly shape: Shape;
}

/** A network as plain, immutable data: nodes in the order in which they can be computed, and a table of parameters. */
export interface Network {
  /** Names of the input nodes. */
  readonly inputs: readonly string[];
  /** Node names by output name. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly nodes: readonly NetworkNode[];
  /** In the order of first use; this is the order of flat gradients. */
  readonly parameters: readonly Parameter[];
}

/** Values of the parameters, by name, in row-major order. */
export type Weights = Readonly<Record<string, Float32Array>>;
