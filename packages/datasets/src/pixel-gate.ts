/** Lets work through while the pixels in it stay under a limit; one piece of work always, however large. */
export interface PixelGate {
  enter(pixels: number): Promise<void>;
  leave(pixels: number): void;
}

export function createPixelGate(limit: number): PixelGate {
  let held = 0;
  let waiting: (() => void)[] = [];
  return {
    async enter(pixels) {
      while (held > 0 && held + pixels > limit) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      held += pixels;
    },
    leave(pixels) {
      held -= pixels;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
  };
}
