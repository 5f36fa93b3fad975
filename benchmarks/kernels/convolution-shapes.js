/** The convolutions measured: [what, height, width, channels, out channels, kernel, stride, groups]; sizes are of the input. */
const LIST = [
  ['table', 64, 48, 64, 64, 3, 1],
  ['table', 64, 48, 32, 64, 3, 2],
  ['table', 32, 24, 128, 128, 1, 1],
  ['dense network', 128, 96, 3, 32, 3, 2],
  ['dense network', 32, 24, 64, 128, 3, 2],
  ['dense network', 16, 12, 128, 128, 3, 1],
  // The transposed convolution's two passes are this one's with the roles exchanged.
  ['dense network, transposed', 32, 24, 64, 128, 4, 2],
  ['dense network', 32, 24, 64, 17, 1, 1],
  ['hourglass', 256, 192, 3, 64, 7, 2],
  ['hourglass', 64, 48, 128, 128, 3, 1],
  ['hourglass', 32, 24, 128, 128, 3, 1],
  ['hourglass', 8, 6, 128, 128, 3, 1],
  ['hourglass', 4, 3, 128, 128, 3, 1],
  ['hourglass', 64, 48, 256, 128, 1, 1],
  ['hourglass', 64, 48, 128, 256, 1, 1],
  ['PeleeNet', 64, 48, 32, 16, 1, 1],
  ['PeleeNet', 64, 48, 16, 16, 3, 1],
  ['PeleeNet', 32, 24, 32, 32, 3, 1],
  ['groups', 32, 24, 128, 128, 3, 1, 8],
];

export const BATCH = 8;

export const shapes = LIST.map(
  ([from, height, width, channels, out, kernel, stride, groups = 1]) => ({
    ...{ from, height, width, channels, out, kernel, stride, groups },
    /** Of the plain sums, whatever computes them. */
    flops:
      2 * BATCH * (height / stride) * (width / stride) * kernel ** 2 * (channels / groups) * out,
  }),
);
