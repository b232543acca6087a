#!/usr/bin/env python3
"""Compares predictions with onnxruntime on the exported file: the network alone, from prepared images to logits, in float32.

Each model is trained for one step, exported (`jetvit export`), and cut at its value "image", so that both sides begin with the
same images. Then both take turns: onnxruntime in this process, `jetvit bench predict` in one of its own. The median step of the
fastest round counts. The ratio is onnxruntime's time over jetvit's: above 1, jetvit is faster.

  .deps/python/bin/python bench/model/exported.py build/release/bin/jetvit [--models NAME...] [--rounds 3] [--out FILE]

Needs onnx and onnxruntime: scripts/setup --with-tests.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import onnx
import onnxruntime
import pyarrow.parquet

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from side_by_side import SAMPLE, report  # noqa: E402

ROOT = pathlib.Path(__file__).parents[2]
NANO = ("resnet_15", "vit_nano", "swin_nano", "coatnet_nano", "maxvit_nano", "davit_nano", "effswin_nano", "efficientnet_nano")
STUDY = ("vit_tiny", "swin_tiny", "coatnet_0", "maxvit_tiny", "davit_tiny", "efficientnet_b0", "efficientnet_b3", "effswin")
BATCHES, THREADS = (1, 64), (1, 2)
SECONDS = 1.0  # of a side in a round


def run(*words):
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True).stdout


def recipe_of(model):
    return ROOT / f"recipes/{'demo' if model in NANO else 'quark_gluon'}/{model}.toml"


def export(jetvit, folder, model):
    """The file of the network, and the options of the model."""
    trained, whole, network = folder / model, folder / f"{model}.onnx", folder / f"{model}_network.onnx"
    run(jetvit, "train", recipe_of(model), "--data", folder / "store", "--out", trained, "--set", "train.epochs=1", "--set",
        "train.batch_size=8", "--set", "schedule.warmup_epochs=0", "--quiet")
    run(jetvit, "export", trained, "--to", "onnx", "--out", whole)
    onnx.utils.extract_model(whole, network, ["image"], ["logit"])
    metadata = {entry.key: entry.value for entry in onnx.load(whole).metadata_props}
    return network, json.loads(metadata["jetvit.model_options"])


def steps_for(seconds):
    return max(3, min(2000, round(SECONDS / seconds)))


def their_seconds(session, images):
    step = lambda: session.run(["logit"], {"image": images})  # noqa: E731
    step()
    start = time.perf_counter()
    step()
    times = []
    for _ in range(steps_for(time.perf_counter() - start)):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def our_seconds(jetvit, model, options, batch, threads, steps):
    settings = [word for key, value in options.items() for word in ("--set", f"{key}={json.dumps(value)}")]
    return json.loads(run(jetvit, "bench", "predict", model, *settings, "--batch-size", batch, "--threads", threads, "--steps",
                          steps))["median_seconds"]


def compare(jetvit, model, network, options, batch, threads, rounds):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = threads
    # Threads of onnxruntime would spin beside jetvit's turn.
    settings.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(network, settings, providers=["CPUExecutionProvider"])
    side = options["image_size"]
    images = numpy.random.default_rng(1).standard_normal((batch, options["channels"], side, side)).astype(numpy.float32)
    theirs, ours = [], []
    for _ in range(rounds):
        theirs.append(their_seconds(session, images))
        ours.append(our_seconds(jetvit, model, options, batch, threads, steps_for(theirs[-1])))
    ratios = [a / b for a, b in zip(theirs, ours)]
    return {"model": model, "image_size": side, "batch": batch, "threads": threads, "onnxruntime_ms": 1e3 * min(theirs),
            "jetvit_ms": 1e3 * min(ours), "ratio": min(theirs) / min(ours), "ratios": [min(ratios), max(ratios)]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--models", nargs="+", default=NANO + STUDY)
    parser.add_argument("--batches", nargs="+", type=int, default=BATCHES)
    parser.add_argument("--threads", nargs="+", type=int, default=THREADS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", help="file for the result, as JSON")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        table = pyarrow.parquet.read_table(SAMPLE / "quark_gluon_train.parquet")
        pyarrow.parquet.write_table(table.slice(0, 48), folder / "jets.parquet")
        run(given.jetvit, "prepare", folder / "jets.parquet", "--out", folder / "store")
        for model in given.models:
            network, options = export(given.jetvit, folder, model)
            for threads in given.threads:
                for batch in given.batches:
                    rows.append(compare(given.jetvit, model, network, options, batch, threads, given.rounds))
                    row = rows[-1]
                    print(f"{model:18} batch {batch:2}, {threads} threads: onnxruntime {row['onnxruntime_ms']:9.3f} ms, jetvit "
                          f"{row['jetvit_ms']:9.3f} ms, ratio {row['ratio']:.2f} ({row['ratios'][0]:.2f} to {row['ratios'][1]:.2f})",
                          file=sys.stderr, flush=True)
            network.unlink()
    report({"onnxruntime": onnxruntime.__version__, "rows": rows}, given.out)


if __name__ == "__main__":
    main()
