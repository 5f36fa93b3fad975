import type { Rotation, Vector } from './rotation.js';

/**
 * The one solid that figures are made of: the hull of two balls, squeezed along the axes of a frame. With equal ends it
 * is a capsule, with one end a ball or an ellipsoid.
 */
export interface Cone {
  readonly from: Vector;
  readonly to: Vector;
  readonly fromRadius: number;
  readonly toRadius: number;
  /** Axes along which the solid is squeezed and in which its material is laid out. */
  readonly frame: Rotation;
  /** Factors on the radii along the axes of the frame. */
  readonly squeeze: Vector;
  /** One bit of `PART`. */
  readonly part: number;
  /** Index into the outfit's materials. */
  readonly material: number;
  /** Second material, used past `split`. */
  readonly otherMaterial: number;
  /** Fraction of the way from `from` to `to` at which the material changes; above 1: never. */
  readonly split: number;
  /** Height of `from` in the pattern of the material, so that patterns run on from solid to solid. */
  readonly shift: number;
}

/** What a solid belongs to; a keypoint is visible only behind the surface of its own parts. */
export const PART = {
  head: 1,
  hair: 2,
  trunk: 4,
  leftUpperArm: 8,
  leftForearm: 16,
  leftHand: 32,
  rightUpperArm: 64,
  rightForearm: 128,
  rightHand: 256,
  leftThigh: 512,
  leftShank: 1024,
  leftFoot: 2048,
  rightThigh: 4096,
  rightShank: 8192,
  rightFoot: 16384,
  skirt: 32768,
  /** Carried or worn things that are not cloth: bags, balls. */
  thing: 65536,
  /** Not the person: furniture. */
  furniture: 131072,
} as const;

const ROUND: Vector = [1, 1, 1];

/** The fields of a cone that most solids leave alone. */
export interface ConeExtras {
  readonly squeeze?: Vector;
  readonly otherMaterial?: number;
  readonly split?: number;
  readonly shift?: number;
}

/** A cone between two points. */
export function cone(
  part: number,
  material: number,
  frame: Rotation,
  from: Vector,
  to: Vector,
  fromRadius: number,
  toRadius: number,
  extras: ConeExtras = {},
): Cone {
  return {
    part,
    material,
    frame,
    from,
    to,
    fromRadius,
    toRadius,
    squeeze: extras.squeeze ?? ROUND,
    otherMaterial: extras.otherMaterial ?? material,
    split: extras.split ?? 2,
    shift: extras.shift ?? 0,
  };
}

/** An ellipsoid with the given half axes. */
export function ellipsoid(
  part: number,
  material: number,
  frame: Rotation,
  centre: Vector,
  halfAxes: Vector,
  extras: ConeExtras = {},
): Cone {
  return cone(part, material, frame, centre, centre, 1, 1, { ...extras, squeeze: halfAxes });
}
