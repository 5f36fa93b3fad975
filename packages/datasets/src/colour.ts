/** How far colours may go, each as a fraction: 0.2 means a factor drawn from 0.8..1.2. */
export interface ColourOptions {
  /** @default 0.2 */
  readonly brightness?: number;
  /** About the mean grey of the crop. @default 0.2 */
  readonly contrast?: number;
  /** @default 0.2 */
  readonly saturation?: number;
}

/** Factors that were drawn; 1 leaves a picture as it is. */
export interface ColourFactors {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
}

/** Grey of a colour (ITU-R BT.601 luma). */
const [RED, GREEN, BLUE] = [0.299, 0.587, 0.114];

/**
 * Changes brightness, then contrast, then saturation of RGB pixels in 0..1, in place; results are clipped to 0..1.
 * @param pixels [n*3], changed in place.
 */
export function changeColours(pixels: Float32Array, factors: ColourFactors): void {
  const { brightness, contrast, saturation } = factors;
  let total = 0;
  for (let i = 0; i < pixels.length; i += 3) {
    const r = Math.min(1, brightness * pixels[i]!);
    const g = Math.min(1, brightness * pixels[i + 1]!);
    const b = Math.min(1, brightness * pixels[i + 2]!);
    total += RED * r + GREEN * g + BLUE * b;
    pixels[i] = r;
    pixels[i + 1] = g;
    pixels[i + 2] = b;
  }
  const lift = pixels.length > 0 ? (1 - contrast) * (total / (pixels.length / 3)) : 0;
  for (let i = 0; i < pixels.length; i += 3) {
    const r = clip(contrast * pixels[i]! + lift);
    const g = clip(contrast * pixels[i + 1]! + lift);
    const b = clip(contrast * pixels[i + 2]! + lift);
    const grey = (1 - saturation) * (RED * r + GREEN * g + BLUE * b);
    pixels[i] = clip(saturation * r + grey);
    pixels[i + 1] = clip(saturation * g + grey);
    pixels[i + 2] = clip(saturation * b + grey);
  }
}

function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}
