// In a page: frames of a video as a network's input, without new memory for each frame.
// `const stream = await navigator.mediaDevices.getUserMedia({ video: true }); video.srcObject = stream; await video.play();`
import { makeSample, type PoseSample, type RgbImage } from '@pose-distill/datasets';
import { readVideoFrame } from '@pose-distill/datasets/web';
import { coco17 } from '@pose-distill/skeletons';

/** Cuts the same box out of so many frames; `use` gets [128, 96, 3] normalised pixels. */
export async function watch(
  video: HTMLVideoElement,
  frames: number,
  use: (pixels: Float32Array) => void,
): Promise<void> {
  let image: RgbImage | undefined;
  const out = new Float32Array(128 * 96 * 3);
  for (let i = 0; i < frames; i++) {
    await new Promise((resolve) => video.requestVideoFrameCallback(resolve));
    image = readVideoFrame(video, { out: image });
    const { width, height } = image;
    const person: PoseSample = {
      id: 1,
      imageId: i,
      file: 'camera',
      imageSize: { width, height },
      box: { x: width / 4, y: 0, width: width / 2, height },
      keypoints: new Float32Array(2 * coco17.keypoints.length),
      visibility: new Uint8Array(coco17.keypoints.length),
      area: (width * height) / 4,
    };
    const inputSize = { width: 96, height: 128 };
    use(makeSample(image, person, { skeleton: coco17, inputSize, out }).pixels);
  }
}
