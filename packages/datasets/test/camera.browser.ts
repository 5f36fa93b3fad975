import { watch } from '../examples/camera.js';

/** Means of the crops of a video that goes from dark to bright, and how many buffers they came in. */
export default async function run(): Promise<{ means: number[]; buffers: number }> {
  const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 64 });
  const context = canvas.getContext('2d')!;
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = canvas.captureStream(30);
  let level = 0;
  const timer = setInterval(() => {
    level = Math.min(255, level + 10);
    context.fillStyle = `rgb(${level},${level},${level})`;
    context.fillRect(0, 0, 64, 64);
  }, 40);
  await video.play();
  const means: number[] = [];
  const buffers = new Set<Float32Array>();
  await watch(video, 5, (pixels) => {
    means.push(pixels.reduce((sum, value) => sum + value, 0) / pixels.length);
    buffers.add(pixels);
  });
  clearInterval(timer);
  return { means, buffers: buffers.size };
}
