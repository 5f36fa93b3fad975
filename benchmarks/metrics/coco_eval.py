"""One evaluation by pycocotools or faster-coco-eval; prints times, memory and the tables' SHA-256 as JSON."""

import contextlib
import hashlib
import io
import json
import resource
import sys
import time

argument = json.loads(sys.argv[1])
if argument["variant"] == "pycocotools":
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval
else:
    from faster_coco_eval import COCO
    from faster_coco_eval import COCOeval_faster as COCOeval
from importlib.metadata import version

marks = [(time.perf_counter(), time.process_time())]


def mark():
    marks.append((time.perf_counter(), time.process_time()))


with contextlib.redirect_stdout(io.StringIO()):
    truth = COCO(argument["truth"])
    results = truth.loadRes(argument["results"])
    mark()
    evaluation = COCOeval(truth, results, "keypoints")
    evaluation.evaluate()
    evaluation.accumulate()
    mark()
    evaluation.summarize()


def elapsed(clock):
    load, evaluate = (1000 * (marks[i + 1][clock] - marks[i][clock]) for i in (0, 1))
    return {"load": load, "evaluate": evaluate, "total": load + evaluate}


tables = {
    name: hashlib.sha256(evaluation.eval[name].astype("<f8").tobytes()).hexdigest()
    for name in ("precision", "recall", "scores")
    if name in evaluation.eval
}
print(
    json.dumps(
        {
            "build": version(argument["variant"]),
            "wall": elapsed(0),
            "processor": elapsed(1),
            "peakMebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "stats": [float(value) for value in list(evaluation.stats)[:10]],
            "tables": tables,
        }
    )
)
