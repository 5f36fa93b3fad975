"""Small annotation files of the structure that MPII's and LSP's documentation gives, from a seed, and what is in them."""
import json
import numpy as np
from scipy.io import savemat

rng = np.random.default_rng(7)
K = 16


def structs(rows):
    """A MATLAB struct array, 1 x N, of dictionaries with the same keys."""
    names = list(rows[0])
    out = np.empty((1, len(rows)), dtype=[(name, object) for name in names])
    for i, row in enumerate(rows):
        for name in names:
            out[0, i][name] = row[name]
    return out


def point(k, flag):
    x, y = (float(v) for v in np.round(rng.uniform(1, 600, 2), 2))
    return {'x': x, 'y': y, 'id': float(k), 'is_visible': flag}


EMPTY = np.zeros((0, 0))
people = []  # what is to be found
images = []
train = []
alone = []


def person(image, ids, flags, scale, head=True, flag_form=str):
    points = []
    for k, flag in zip(ids, flags):
        points.append(point(k, EMPTY if flag is None else flag_form(flag)))
    x1, y1 = (int(v) for v in rng.integers(1, 300, 2))
    row = {'x1': x1, 'y1': y1, 'x2': x1 + 41, 'y2': y1 + 52, 'annopoints': structs([{'point': structs(points)}])}
    centre = [float(v) for v in rng.integers(1, 400, 2)]
    row['scale'] = EMPTY if scale is None else scale
    row['objpos'] = EMPTY if scale is None else structs([{'x': centre[0], 'y': centre[1]}])
    keypoints = [[0.0, 0.0, 0]] * K
    for p, flag in zip(points, flags):
        keypoints[int(p['id'])] = [p['x'] - 1, p['y'] - 1, 1 if flag == 0 else 2]
    found = {'file': image, 'keypoints': keypoints, 'headBox': [x1 - 1, y1 - 1, 41, 52]}
    if scale is not None:
        # HRNet: c.y += 15 s, s *= 1.25, c -= 1
        c = [centre[0] - 1, centre[1] + 15 * scale - 1]
        found.update(centre=c, scale=scale * 1.25)
    return row, found


def add(image, rows, is_train, single):
    images.append({'image': structs([{'name': image}]), 'annorect': structs([r for r, _ in rows]) if rows else EMPTY,
                   'frame_sec': EMPTY, 'vididx': EMPTY})
    train.append(is_train)
    alone.append(np.array([single], dtype=float).T if single else EMPTY)
    if is_train:
        people.extend({**f, 'alone': i + 1 in single} for i, (_, f) in enumerate(rows) if f)


head_only = ({'x1': 3, 'y1': 4, 'x2': 30, 'y2': 40, 'annopoints': EMPTY, 'scale': 1.5,
              'objpos': structs([{'x': 20.0, 'y': 30.0}])}, None)
add('000000101.jpg', [person('000000101.jpg', range(K), [1] * 8 + [None, None] + [0, 1] * 3, 3.25)], 1, [1])
add('000000102.jpg', [person('000000102.jpg', [0, 1, 2, 6, 9], [1, 0, 1, 0, None], 1.75, flag_form=int), head_only,
                      person('000000102.jpg', [10, 11, 12, 13, 14, 15, 8, 7], [0, 1, 1, 1, 1, 0, None, 1], 2.5)], 1, [3])
add('000000103.jpg', [], 1, [])
add('000000104.jpg', [person('000000104.jpg', [3, 4, 5], [1, 1, 1], None)], 1, [1])
test_rect = structs([{'scale': 2.0, 'objpos': structs([{'x': 9.0, 'y': 8.0}])}])
images.append({'image': structs([{'name': '000000105.jpg'}]), 'annorect': test_rect, 'frame_sec': EMPTY, 'vididx': EMPTY})
train.append(0)
alone.append(np.array([[1.0]]))

cells = np.empty((len(alone), 1), dtype=object)
for i, value in enumerate(alone):
    cells[i, 0] = value
release = structs([{'annolist': structs(images), 'img_train': np.array([train], dtype=np.uint8), 'version': '12',
                    'single_person': cells}])
savemat('mpii.mat', {'RELEASE': release}, do_compression=True)

lsp = np.round(rng.uniform(0, 150, (3, 14, 6)), 3)
lsp[2] = rng.integers(0, 2, (14, 6))
extended = np.round(rng.uniform(0, 150, (14, 3, 5)), 3)
extended[:, 2] = rng.integers(0, 2, (14, 5))
savemat('lsp.mat', {'joints': lsp})
savemat('lsp-extended.mat', {'joints': extended}, do_compression=True)
json.dump({
    'mpii': people,
    'lsp': [[[*lsp[:2, k, n], 1 if lsp[2, k, n] else 2] for k in range(14)] for n in range(6)],
    'lspExtended': [[[*extended[k, :2, n], 2 if extended[k, 2, n] else 0] for k in range(14)] for n in range(5)],
}, open('mat-expected.json', 'w'))

# HRNet's gt_valid.mat, as far as it is read: corner, axis, person; pixels from 1.
heads = np.array([[[10, 100.5, 5], [20, 1, 7]], [[40, 112.5, 12], [65, 9, 16]]])
savemat('gt-valid.mat', {'headboxes_src': heads}, do_compression=True)
