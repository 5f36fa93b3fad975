"""The same work in the reference codes' way, one thread: OpenCV decodes and warps, NumPy normalises and draws heatmaps.

python peer.py '{"folder": ..., "rounds": 2}' prints processor milliseconds per image of each step.
"""

import json
import pathlib
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(1)
job = json.loads(sys.argv[1])
folder = pathlib.Path(job["folder"])
truth = json.loads((folder / "person_keypoints_train.json").read_text())
names = {image["id"]: image["file_name"] for image in truth["images"]}
people = [person for person in truth["annotations"] if person["num_keypoints"] > 0]
mean = np.array([0.485, 0.456, 0.406], np.float32)
deviation = np.array([0.229, 0.224, 0.225], np.float32)
random = np.random.default_rng(1)
WIDTH, HEIGHT = 192, 256


def crop_matrix(person):
    x, y, width, height = person["bbox"]
    scale = max(width, height * WIDTH / HEIGHT) * 1.25 * np.clip(1 + 0.35 * random.standard_normal(), 0.65, 1.35)
    angle = np.clip(45 * random.standard_normal(), -90, 90) if random.random() < 0.6 else 0
    matrix = cv2.getRotationMatrix2D((x + width / 2, y + height / 2), angle, WIDTH / scale)
    matrix[:, 2] += np.array([WIDTH / 2 - x - width / 2, HEIGHT / 2 - y - height / 2])
    return matrix


def heatmaps(keypoints, visible):
    maps = np.zeros((17, 64, 48), np.float32)
    axis = np.arange(13, dtype=np.float32)
    patch = np.exp(-((axis - 6) ** 2 + (axis[:, None] - 6) ** 2) / 8)
    for k in range(17):
        x, y = int(keypoints[k, 0] / 4 + 0.5), int(keypoints[k, 1] / 4 + 0.5)
        left, top, right, bottom = x - 6, y - 6, x + 7, y + 7
        if not visible[k] or left >= 48 or top >= 64 or right < 0 or bottom < 0:
            continue
        a, b, c, d = max(0, left), min(48, right), max(0, top), min(64, bottom)
        maps[k, c:d, a:b] = patch[c - top : d - top, a - left : b - left]
    return maps


times = {"decode": 0.0, "crop": 0.0, "heatmaps": 0.0}
count = 0
for turn in range(job["rounds"] + 1):
    for person in people:
        start = time.process_time()
        image = cv2.imread(str(folder / "train" / names[person["image_id"]]), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
        image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        decoded = time.process_time()
        matrix = crop_matrix(person)
        if random.random() < 0.5:
            image = image[:, ::-1, :]
        crop = cv2.warpAffine(image, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
        pixels = (crop.astype(np.float32) / 255 - mean) / deviation
        cropped = time.process_time()
        labels = np.array(person["keypoints"], np.float32).reshape(17, 3)
        maps = heatmaps(labels[:, :2] @ matrix[:, :2].T + matrix[:, 2], labels[:, 2] > 0)
        drawn = time.process_time()
        if turn == 0:
            continue  # warming up
        count += 1
        times["decode"] += decoded - start
        times["crop"] += cropped - decoded
        times["heatmaps"] += drawn - cropped

steps = {name: 1000 * total / count for name, total in times.items()}
print(json.dumps({"opencv": cv2.__version__, "numpy": np.__version__, "steps": steps, "whole": sum(steps.values())}))
