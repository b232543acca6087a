#!/usr/bin/env python3
"""What `jetvit predict` says to every mistake that a user can make, and that no output appears then."""
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import mistakes
import tiny_training as tiny
from mistakes import expect


def check_kinds(jetvit, folder, run, predict, refused):
    """Gray levels are no energies, and images of another size show something else; checkpoints that do not say so score both."""
    raw = folder / "jets.parquet"
    trained = "was trained on 3 x 125 x 125 (tracks in GeV, ecal in GeV, hcal in GeV)"
    table = pq.read_table(raw)
    images = [[[row[:40] for row in channel[:40]] for channel in image] for image in table["X_jets"].slice(0, 20).to_pylist()]
    small = folder / "small.parquet"
    pq.write_table(table.slice(0, 20).set_column(table.schema.get_field_index("X_jets"), "X_jets", [images]), small)
    gray = folder / "gray"
    tiny.check(mistakes.run(jetvit, "prepare", raw, "--to", "png", "--out", gray))
    tiny.check(mistakes.run(jetvit, "prepare", gray, "--out", folder / "gray_store"))
    old = mistakes.edit_checkpoint(run / "best.safetensors", folder / "old.safetensors", lambda metadata, _: metadata["jetvit"]["data"].pop("shape"))
    for data, images in ((small, "3 x 40 x 40 (tracks in GeV"), (gray, "3 x 125 x 125 (tracks without unit"),
                         (folder / "gray_store", "3 x 125 x 125 (tracks without unit")):
        refused(predict(run, data), 1, f"{data}: has images of {images}", trained)
        expect(mistakes.run(jetvit, "evaluate", run, "--data", data, "--out", folder / "unmeasured"), 1, f"{data}: has images of {images}", trained)
        tiny.check(predict(old, data, out=folder / "old.parquet", more=("--overwrite",)))


def check_inputs(jetvit, folder, run, store):
    raw = folder / "jets.parquet"
    outputs = folder / "outputs"
    outputs.mkdir()
    out = outputs / "scores.parquet"

    def predict(model, *data, more=(), out=out):
        return mistakes.run(jetvit, "predict", model, "--data", *data, "--out", out, "--threads", "1", *more)

    def refused(done, status, *fragments):
        expect(done, status, *fragments)
        assert not list(outputs.iterdir()), (fragments, list(outputs.iterdir()))

    refused(predict(folder / "absent", raw), 1, "absent: no such run or checkpoint")
    (folder / "damaged").mkdir()
    for path, words in mistakes.damaged_checkpoints(run / "best.safetensors", folder / "damaged"):
        refused(predict(path, raw), 1, path.name, words)

    def two_outputs(metadata, tensors):
        metadata["jetvit"]["model"]["options"]["outputs"] = 2
        for name in [name for name in tensors if name.startswith(("fc.", "head."))]:
            tensors[name] = np.concatenate([tensors[name], tensors[name]])

    def lost(metadata, tensors):
        for tensor in tensors.values():
            tensor[...] = np.nan

    for change, words in ((two_outputs, "one logit"), (lost, "is not finite")):
        path = mistakes.edit_checkpoint(run / "best.safetensors", folder / "edited.safetensors", change)
        refused(predict(path, raw), 1, words)

    refused(predict(run, folder / "nothing.parquet"), 1, "nothing.parquet")
    refused(predict(run, run), 1, str(run))
    refused(predict(run, raw, raw), 1, "jets.parquet")
    refused(predict(run, raw, store), 1, str(store))
    refused(predict(run, raw, more=("--split",)), 2, "raw files have no splits")
    refused(predict(run, raw, more=("--batch-size", "0")), 2, "--batch-size")
    refused(predict(run, raw, more=("--threads", "no")), 2, "--threads")
    (folder / "cut.parquet").write_bytes(raw.read_bytes()[:-20])
    refused(predict(run, folder / "cut.parquet"), 1, "cut.parquet")
    (folder / "text.parquet").write_text("shopping list")
    refused(predict(run, folder / "text.parquet"), 1, "text.parquet")
    tiny.write_raw(folder / "four.parquet", jets=5, channels=4)
    refused(predict(run, folder / "four.parquet"), 1, "four.parquet: has images of 4 channels", "trained on 3")
    (folder / "four").mkdir()
    four = tiny.make_store(jetvit, folder / "four", jets=30, channels=4)
    refused(predict(run, four), 1, "images of 4 channels")
    check_kinds(jetvit, folder, run, predict, refused)
    # The damage lies in the last shard that is read: what was written before it must go.
    copy = folder / "copy"
    shutil.copytree(store, copy)
    shard = next(path for path in copy.iterdir() if path.name.startswith("test"))
    shard.write_bytes(shard.read_bytes()[:-1])
    refused(predict(run, copy), 1, shard.name)
    refused(predict(run, raw, out=folder / "no" / "where.parquet"), 1, "where.parquet")
    refused(predict(run, raw, out=outputs), 1, "is a folder, which is never replaced")
    for name, form in (("scores.csv", "CSV"), ("scores.ROOT", "ROOT"), ("scores.h5", "HDF5"), ("scores.npz", "NumPy"),
                       ("scores.parquet.gz", "gzip")):
        refused(predict(run, raw, out=folder / name), 2, f"{name}: has the name of a file of format {form}, but the output is Parquet")
    expect(mistakes.run(jetvit, "weights", "vit_nano", "--out", folder / "w.pth"), 2, "w.pth: has the name of a file of format PyTorch", ".safetensors")

    tiny.check(predict(run, raw))
    before = out.read_bytes()
    expect(predict(run, raw), 1, "already exists", "--overwrite")
    assert out.read_bytes() == before
    expect(predict(run, four, more=("--overwrite",)), 1, "channels")
    assert out.read_bytes() == before, "a failed prediction replaced the output"
    tiny.check(predict(run, raw, more=("--overwrite", "--precision", "bf16", "--batch-size", "7")))
    exact, rounded = pq.read_table(pa.BufferReader(before))["score"].to_numpy(), pq.read_table(out)["score"].to_numpy()
    assert np.abs(exact - rounded).max() < 0.02


def check_labels(jetvit, folder, run):
    """Without labels there is no column of them, and evaluate says so; other labels need --positive-label."""
    table = pq.read_table(folder / "jets.parquet")
    label = table["y"].to_numpy()
    scores = folder / "labels.parquet"

    def predict(columns, *more):
        pq.write_table(columns, folder / "changed.parquet")
        return mistakes.run(jetvit, "predict", run, "--data", folder / "changed.parquet", "--out", scores, "--overwrite", *more)

    tiny.check(predict(table.drop_columns(["y"])))
    names = pq.read_table(scores).column_names
    assert "label" not in names and "pt" in names, names
    expect(mistakes.run(jetvit, "evaluate", "--scores", scores, "--out", folder / "measured"), 1, "has no column label")
    ids = table.drop_columns(["y"]).append_column("pdg", pa.array(np.where(label == 1, 2, 21)))
    expect(predict(ids, "--label-column", "pdg"), 1, "is not 0 or 1", "--positive-label")
    signal = ("--label-column", "pdg", "--positive-label", "2")
    expect(predict(ids, *signal), 1, "0 = not 2, 1 = 2", "0 = gluon, 1 = quark", "--class-names")
    tiny.check(predict(ids, *signal, "--class-names", "gluon", "quark"))
    assert (pq.read_table(scores)["label"].to_numpy() == label).all()


def check_signal(jetvit, folder, run, store):
    out = folder / "stopped" / "scores.parquet"
    out.parent.mkdir()
    process = subprocess.Popen([jetvit, "predict", run, "--data", *[folder / f"many_{i}.parquet" for i in range(40)],
                                "--out", out, "--batch-size", "1", "--threads", "1"], stderr=subprocess.PIPE, text=True)
    while not list(out.parent.iterdir()) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    status = process.wait(60)
    # A machine may be quick enough to have finished before the signal came.
    assert status == 128 + signal.SIGTERM and not list(out.parent.iterdir()) or status == 0 and out.exists(), status


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = tiny.make_store(jetvit, folder)
        run = folder / "run"
        tiny.check(tiny.train(jetvit, store, run))
        check_inputs(jetvit, folder, run, store)
        check_labels(jetvit, folder, run)
        for i in range(40):
            shutil.copy(folder / "jets.parquet", folder / f"many_{i}.parquet")
        check_signal(jetvit, folder, run, store)
    print("predict: every mistake was named, nothing was left behind")


if __name__ == "__main__":
    main(sys.argv[1])
