"""Small NumPy files: python make-npy.py. Writes beside itself; npy.json lists the values (null: not a number)."""
import json
import os
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
random = np.random.default_rng(7)
listed = {}
types = "|b1 |u1 |i1 <u2 <i2 <f2 <u4 <i4 <f4 <u8 <i8 <f8 >u2 >i2 >f2 >u4 >i4 >f4 >u8 >i8 >f8".split()
files = b""
for number, type in enumerate(types):
    for shape in [(), (3,), (2, 3), (2, 3, 2)]:
        values = (random.standard_normal(shape) * 40).astype(type)
        if type[1:] == "f2" and shape == (2, 3):
            values = np.array([[np.inf, -np.inf, 6e-8], [65504, -0.0, np.nan]], type)
        for fortran in [False, True]:
            for version in [(1, 0), (2, 0), (3, 0)]:
                array = np.asfortranarray(values) if fortran else values
                path = os.path.join(here, "one.npy")
                with open(path, "wb") as file:
                    np.lib.format.write_array(file, array, version=version)
                one = open(path, "rb").read()
                flat = values.ravel().tolist()
                text = [str(v) if isinstance(v, int) and not isinstance(v, bool) else float(v) for v in flat]
                text = [None if v != v else "inf" if v == float("inf") else "-inf" if v == -float("inf") else v for v in text]
                listed[f"{type} {shape} {fortran} {version[0]}"] = [len(files), len(one), list(array.shape), text]
                files += one
os.remove(path)
open(f"{here}/npy.bin", "wb").write(files)
with open(f"{here}/npy.json", "w") as file:
    json.dump(listed, file)
