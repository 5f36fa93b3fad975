"""Times the usual NumPy and OpenCV way of decoding, encoding and warping.

python peers.py FOLDER SAMPLES prints one JSON line and leaves its answers in FOLDER. Arg max, its value and all that can be are
vectorised over the batch; what the reference programs do keypoint by keypoint (quarter shift, the blur, DARK's step,
drawing a target) is done so here.
"""

import json
import math
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
folder, samples = sys.argv[1], int(sys.argv[2])
settings = json.load(open(f"{folder}/settings.json"))
PEOPLE, KEYPOINTS = settings["PEOPLE"], settings["KEYPOINTS"]
W, H = settings["HEATMAP"]["width"], settings["HEATMAP"]["height"]
STRIDE = np.array([settings["INPUT"]["width"] / W, settings["INPUT"]["height"] / H], np.float32)


def read(name, dtype, *shape):
    return np.fromfile(f"{folder}/{name}", dtype).reshape(shape)


maps = read("maps.f32", np.float32, PEOPLE, KEYPOINTS, H, W)
points = read("points.f32", np.float32, PEOPLE, KEYPOINTS, 2)
rgb = read("image.u8", np.uint8, settings["IMAGE"]["height"], settings["IMAGE"]["width"], 3)


def find_maxima(heatmaps):
    flat = heatmaps.reshape(PEOPLE, KEYPOINTS, -1)
    index = np.argmax(flat, axis=2)
    values = np.amax(flat, axis=2)
    places = np.stack([index % W, index // W], axis=-1).astype(np.float32)
    places *= (values > 0)[..., None]
    return places, values


def quarter(heatmaps):
    places, values = find_maxima(heatmaps)
    for n in range(PEOPLE):
        for k in range(KEYPOINTS):
            heatmap = heatmaps[n][k]
            x = int(math.floor(places[n][k][0] + 0.5))
            y = int(math.floor(places[n][k][1] + 0.5))
            if 1 < x < W - 1 and 1 < y < H - 1:
                step = np.array([heatmap[y][x + 1] - heatmap[y][x - 1], heatmap[y + 1][x] - heatmap[y - 1][x]])
                places[n][k] += np.sign(step) * 0.25
    return places


def blur(heatmaps, kernel):
    result = np.empty_like(heatmaps)
    border = (kernel - 1) // 2
    padded = np.zeros((H + 2 * border, W + 2 * border), np.float32)
    for n in range(PEOPLE):
        for k in range(KEYPOINTS):
            before = heatmaps[n, k].max()
            padded[border:-border, border:-border] = heatmaps[n, k]
            blurred = cv2.GaussianBlur(padded, (kernel, kernel), 0)[border:-border, border:-border]
            result[n, k] = blurred * (before / blurred.max())
    return result


def dark(heatmaps):
    places, values = find_maxima(heatmaps)
    logs = np.log(np.maximum(blur(heatmaps, 11), 1e-10))
    for n in range(PEOPLE):
        for k in range(KEYPOINTS):
            m = logs[n, k]
            x, y = int(places[n, k, 0]), int(places[n, k, 1])
            if 1 < x < W - 2 and 1 < y < H - 2:
                dx = 0.5 * (m[y, x + 1] - m[y, x - 1])
                dy = 0.5 * (m[y + 1, x] - m[y - 1, x])
                dxx = 0.25 * (m[y, x + 2] - 2 * m[y, x] + m[y, x - 2])
                dyy = 0.25 * (m[y + 2, x] - 2 * m[y, x] + m[y - 2, x])
                dxy = 0.25 * (m[y + 1, x + 1] - m[y - 1, x + 1] - m[y + 1, x - 1] + m[y - 1, x - 1])
                if dxx * dyy - dxy**2 != 0:
                    step = -np.linalg.inv(np.array([[dxx, dxy], [dxy, dyy]])) @ np.array([[dx], [dy]])
                    places[n, k] += step[:, 0]
    return places


def udp(heatmaps):
    places, values = find_maxima(heatmaps)
    logs = np.log(np.clip(blur(heatmaps, 11), 1e-3, 50.0))
    padded = np.pad(logs, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge").reshape(-1)
    x, y = places[..., 0].astype(int), places[..., 1].astype(int)
    row = W + 2
    map_start = np.arange(PEOPLE * KEYPOINTS).reshape(PEOPLE, KEYPOINTS) * row * (H + 2)
    at = map_start + (y + 1) * row + x + 1
    centre, right, left = padded[at], padded[at + 1], padded[at - 1]
    below, above = padded[at + row], padded[at - row]
    below_right, above_left = padded[at + row + 1], padded[at - row - 1]
    gradient = np.stack([(right - left) / 2, (below - above) / 2], -1)[..., None]
    dxx, dyy = right - 2 * centre + left, below - 2 * centre + above
    dxy = (below_right - right - below + 2 * centre - left - above + above_left) / 2
    hessian = np.stack([dxx, dxy, dxy, dyy], -1).reshape(PEOPLE, KEYPOINTS, 2, 2)
    step = np.linalg.inv(hessian + np.finfo(np.float32).eps * np.eye(2)) @ gradient
    return places - step[..., 0].astype(np.float32)


def encode_standard():
    sigma = 2
    radius = sigma * 3
    side = np.arange(0, 2 * radius + 1, 1, np.float32)
    centre = (2 * radius + 1) // 2
    patch = np.exp(-((side - centre) ** 2 + (side[:, None] - centre) ** 2) / (2 * sigma**2))
    heatmaps = np.zeros((PEOPLE, KEYPOINTS, H, W), np.float32)
    for n in range(PEOPLE):
        for k in range(KEYPOINTS):
            x, y = (points[n, k] / STRIDE + 0.5).astype(np.int64)
            left, top = int(x - radius), int(y - radius)
            right, bottom = int(x + radius + 1), int(y + radius + 1)
            if left >= W or top >= H or right < 0 or bottom < 0:
                continue
            from_x, to_x = max(0, -left), min(W, right) - left
            from_y, to_y = max(0, -top), min(H, bottom) - top
            part = heatmaps[n, k, max(0, top) : min(H, bottom), max(0, left) : min(W, right)]
            np.maximum(part, patch[from_y:to_y, from_x:to_x], out=part)
    return heatmaps


def encode_unbiased():
    sigma = 2
    columns = np.arange(0, W, 1, np.float32)
    rows = np.arange(0, H, 1, np.float32)[:, None]
    heatmaps = np.zeros((PEOPLE, KEYPOINTS, H, W), np.float32)
    for n in range(PEOPLE):
        for k in range(KEYPOINTS):
            x, y = points[n, k] / STRIDE
            gaussian = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))
            np.maximum(gaussian, heatmaps[n, k], out=heatmaps[n, k])
    return heatmaps


tasks = {
    "decode none": lambda: find_maxima(maps)[0],
    "decode quarter": lambda: quarter(maps),
    "decode dark": lambda: dark(maps),
    "decode udp": lambda: udp(maps),
    "encode standard": encode_standard,
    "encode unbiased": encode_unbiased,
}

mean, deviation = np.float32(settings["MEAN"]), np.float32(settings["DEVIATION"])


def add_warps(kind, image):
    for crop in settings["CROPS"]:
        affine = np.float64(crop["affine"]).reshape(2, 3)
        size = (crop["size"]["width"], crop["size"]["height"])
        warped = np.empty((size[1], size[0], image.shape[2]), image.dtype)

        def warp(affine=affine, size=size, warped=warped):
            return cv2.warpAffine(image, affine, size, warped, cv2.INTER_LINEAR)

        if image.dtype == np.uint8:
            tasks[f"warp {kind} to bytes, {crop['name']}"] = warp
        tasks[f"warp {kind} to normalised, {crop['name']}"] = lambda warp=warp: (
            (warp()[..., :3].astype(np.float32) * np.float32(1 / 255) - mean) / deviation
        )


add_warps("RGB", rgb)
add_warps("RGBA", np.dstack([rgb, np.zeros_like(rgb[..., 0])]))
add_warps("RGB float32", rgb.astype(np.float32))

results = {}
for name, task in tasks.items():
    start = time.perf_counter()
    calls = 0
    while calls < 2 or time.perf_counter() < start + 0.1:
        answer = task()
        calls += 1
    per_sample = max(1, int(0.004 * calls / (time.perf_counter() - start)) + 1)
    wall, processor = [], []
    for _ in range(samples):
        wall_start, processor_start = time.perf_counter(), time.process_time()
        for _ in range(per_sample):
            task()
        wall.append(1e3 * (time.perf_counter() - wall_start) / per_sample)
        processor.append(1e3 * (time.process_time() - processor_start) / per_sample)
    results[name] = {"wall": wall, "processor": processor}
    if name.startswith("warp RGBA to bytes"):
        answer = answer[..., :3]
    np.ascontiguousarray(answer).tofile(f"{folder}/{name.replace(' ', '-')}.peer")

print(json.dumps({"versions": {"python": sys.version.split()[0], "numpy": np.__version__, "opencv": cv2.__version__}, "results": results}))
