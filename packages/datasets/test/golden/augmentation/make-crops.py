"""Computes `affine` of every case in crops.json again: python make-crops.py (needs numpy and opencv-python)."""

import json
import pathlib

import cv2
import numpy as np

FILE = pathlib.Path(__file__).with_name("crops.json")
data = json.loads(FILE.read_text())
WIDTH = data["imageSize"]["width"]
OUT = np.array([data["inputSize"]["width"], data["inputSize"]["height"]])


def quarter_turn(a, b):
    d = a - b
    return b + np.array([-d[1], d[0]], np.float32)


def crop_to_input(centre, scale, degrees):
    """The crop's centre, the point half a crop's width above it, and the corner of the right angle; all float32."""
    angle = np.pi * degrees / 180
    above = np.array([np.sin(angle), -np.cos(angle)]) * scale[0] / 2
    source, target = np.zeros((2, 3, 2), np.float32)
    source[0], source[1] = centre, centre + above
    target[0], target[1] = OUT / 2, OUT / 2 + np.array([0, -OUT[0] / 2], np.float32)
    source[2] = quarter_turn(source[0], source[1])
    target[2] = quarter_turn(target[0], target[1])
    return cv2.getAffineTransform(source, target)


for case in data["cases"]:
    drawn, box = case["drawn"], case["box"]
    points = np.array(case["keypoints"]).reshape(-1, 2)
    labelled = np.array(case["visibility"]) > 0
    centre = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
    scale = np.array([box["width"], box["height"]]) * 1.25
    if drawn.get("halfBody") and labelled.sum() >= 9:
        upper, lower = [k for k in range(11) if labelled[k]], [k for k in range(11, 17) if labelled[k]]
        least = 3 if case["recipe"] == "hrnet" else 2
        wanted = drawn["halfBody"] == "upper"
        half = points[upper if (wanted and len(upper) >= least) or len(lower) < 3 else lower]
        centre, scale = half.mean(0), (half.max(0) - half.min(0)) * 1.5
    if drawn["flipped"]:
        centre = np.array([WIDTH - 1 - centre[0], centre[1]])
    centre = centre + np.array([drawn["shift"]["x"], drawn["shift"]["y"]]) * scale
    scale, aspect = scale * drawn["scale"], OUT[0] / OUT[1]
    wide = scale[0] > aspect * scale[1]
    scale = np.array([scale[0], scale[0] / aspect] if wide else [scale[1] * aspect, scale[1]])
    affine = crop_to_input(centre, scale, drawn["rotation"])
    if drawn["flipped"]:  # the map from the picture that is not flipped
        affine[:, 2] += affine[:, 0] * (WIDTH - 1)
        affine[:, 0] *= -1
    case["affine"] = affine.ravel().tolist()

FILE.write_text(json.dumps(data))
