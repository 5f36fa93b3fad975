"""Small MATLAB files by SciPy: python make-mat.py. Prints nothing; writes beside itself."""
import os
import numpy as np
import scipy.io as sio

here = os.path.dirname(os.path.abspath(__file__))


def point(x, y, id, visible):
    return {"x": float(x), "y": float(y), "id": id, "is_visible": visible}


def person(scale, points):
    return {
        "x1": 10.0, "y1": 20.0, "x2": 30.5, "y2": 44.0,
        "annopoints": {"point": np.array([tuple(p.values()) for p in points],
                                         dtype=[(k, object) for k in points[0]])} if points else np.zeros((0, 0)),
        "scale": scale, "objpos": {"x": 200.0, "y": 150.0},
    }


def struct_array(records):
    return np.array([tuple(r.values()) for r in records], dtype=[(k, object) for k in records[0]]).reshape(1, -1)


variables = {}
for name in "int8 uint8 int16 uint16 int32 uint32 int64 uint64".split():
    info = np.iinfo(name)
    variables[name] = np.array([[info.min, 0, 1], [7, 100, info.max]], dtype=name)
variables["single"] = np.array([[0.1, -2.5], [np.inf, 3e38]], dtype="float32")
variables["double"] = np.arange(24, dtype="float64").reshape(2, 3, 4) / 7
variables["complex"] = np.array([[1 + 2j, -3.5j]])
variables["logical"] = np.array([[True, False, True]])
variables["empty"] = np.zeros((0, 3))
variables["text"] = "left ankle"
variables["unicode"] = "né à 北"
variables["lines"] = np.array(["abc", "de "])
variables["cell"] = np.array([["a", np.array([[1.0, 2.0]])], [np.array([["x"]], dtype=object), np.zeros((0, 0))]], dtype=object)
variables["RELEASE"] = {
    "annolist": struct_array([
        {"image": {"name": "015601864.jpg"},
         "annorect": struct_array([person(3.0, [point(610, 187, 6, "1"), point(647, 176.5, 7, np.uint8(1))]), person(4.5, [])]),
         "frame_sec": 11.0, "vididx": 1.0},
        {"image": {"name": "2.jpg"}, "annorect": np.zeros((0, 0)), "frame_sec": np.zeros((0, 0)), "vididx": np.zeros((0, 0))},
    ]),
    "img_train": np.array([[1, 0]], dtype="uint8"),
}
sio.savemat(f"{here}/plain.mat", variables, do_compression=False, oned_as="row")
sio.savemat(f"{here}/compressed.mat", variables, do_compression=True, oned_as="row")
import scipy.sparse
sio.savemat(f"{here}/sparse.mat", {"full": np.eye(2), "thin": scipy.sparse.eye(3, format="csc")}, do_compression=True)
sio.savemat(f"{here}/version4.mat", {"a": np.eye(2)}, format="4")
