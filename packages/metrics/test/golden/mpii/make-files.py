"""exact.json as .mat and .npy: python make-files.py. Writes beside itself."""
import json
import os
import numpy as np
import scipy.io as sio

here = os.path.dirname(os.path.abspath(__file__))
case = json.load(open(f"{here}/exact.json"))
names = np.array([case["dataset_joints"]], dtype=object)
truth = {
    "dataset_joints": names,
    "jnt_missing": np.array(case["jnt_missing"], dtype="uint8"),
    "pos_gt_src": np.array(case["pos_gt_src"], dtype="float64"),
    "headboxes_src": np.array(case["headboxes_src"], dtype="float64"),
}
preds = np.array(case["preds"])
sio.savemat(f"{here}/exact.mat", truth, do_compression=True)
sio.savemat(f"{here}/exact-plain.mat", truth, do_compression=False)
sio.savemat(f"{here}/one-person.mat", {k: v if v.dtype == object else v[..., 0] for k, v in truth.items()}, do_compression=True, oned_as="column")
sio.savemat(f"{here}/pred.mat", {"preds": preds + 1}, do_compression=True)
np.save(f"{here}/preds.npy", preds)
np.save(f"{here}/preds-fortran.npy", np.asfortranarray(preds))
