#!/usr/bin/env python3
"""`jetvit export` as a user calls it: what it writes and says, the examples of docs/use_a_model.md, and every mistake, after
which nothing is left and nothing is lost."""
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import numpy as np
import pyarrow.parquet as pq
from safetensors import safe_open
from safetensors.numpy import load_file

import mistakes
import tiny_training as tiny
from mistakes import expect
from program import run

SCORE = tiny.SOURCE / "examples/onnxruntime/score.py"


def check_card(jetvit, folder, trained):
    """The card says what the run says; test results once it was evaluated."""
    card = folder / "model.onnx.md"
    said = run(jetvit, "export", trained, "--to", "onnx", "--out", folder / "model.onnx")
    assert str(card) in said and "checked" in said, said
    text = card.read_text()
    assert "(batch, 3, 125, 125)" in text and "`gluon` (label 0) and `quark` (label 1)" in text, text
    assert "was not evaluated on its test split" in text
    run(jetvit, "evaluate", trained, "--threads", "1")
    run(jetvit, "export", trained, "--to", "onnx", "--out", folder / "model.onnx", "--overwrite")
    metrics = json.loads((trained / "evaluation-test/metrics.json").read_text())["classifiers"][0]
    assert f"ROC-AUC {metrics['auc']:.4f} ± {metrics['auc_error']:.4f}" in card.read_text(), card.read_text()
    (trained / "evaluation-test/metrics.json").write_text("{")
    done = mistakes.run(jetvit, "export", trained, "--to", "onnx", "--out", folder / "model.onnx", "--overwrite")
    assert done.returncode == 0 and "the model card has no test results" in done.stderr, done.stderr


def check_weights(jetvit, folder, trained):
    """The same tensors as in the checkpoint, and the transform beside them."""
    out = folder / "weights.safetensors"
    run(jetvit, "export", trained, "--to", "safetensors", "--out", out)
    found, kept = load_file(out), load_file(trained / "best.safetensors")
    assert set(found) == set(kept) and all(np.array_equal(found[name], kept[name]) for name in kept)
    with safe_open(out, "numpy") as file:
        metadata = file.metadata()
    assert metadata["format"] == "pt" and json.loads(metadata["jetvit.transform"])["channels"][0]["name"] == "tracks"
    # It is no checkpoint, which a prediction would need.
    done = mistakes.run(jetvit, "predict", out, "--data", folder / "jets.parquet", "--out", folder / "none.parquet")
    expect(done, 1, out)
    # The averaged weights of a last.safetensors.
    run(jetvit, "export", trained / "last.safetensors", "--to", "safetensors", "--out", folder / "last.safetensors")
    last = load_file(trained / "last.safetensors")
    name = next(iter(kept))
    assert np.array_equal(load_file(folder / "last.safetensors")[name], last["ema." + name])


def check_example(jetvit, folder, trained):
    """Scores of the example in Python are those of jetvit: float32 on both sides."""
    raw = folder / "jets.parquet"
    run(jetvit, "predict", trained, "--data", raw, "--out", folder / "scores.parquet")
    done = subprocess.run([sys.executable, SCORE, folder / "model.onnx", raw, folder / "example.parquet"], capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    ours, theirs = (pq.read_table(folder / f"{name}.parquet")["score"].to_numpy() for name in ("scores", "example"))
    assert len(ours) == len(theirs) and np.abs(ours - theirs).max() < 1e-5, np.abs(ours - theirs).max()
    damaged = subprocess.run([sys.executable, SCORE, folder / "model.onnx", folder / "scores.parquet", folder / "none.parquet"],
                             capture_output=True, text=True)
    assert damaged.returncode == 1 and "X_jets" in damaged.stderr and not (folder / "none.parquet").exists(), damaged.stderr


def check_mistakes(jetvit, folder, trained):
    outputs = folder / "outputs"
    outputs.mkdir()
    out = outputs / "model.onnx"

    def refused(status, *fragments, model=trained, to="onnx", out=out, more=()):
        before = {path: path.read_bytes() for path in outputs.iterdir()}
        expect(mistakes.run(jetvit, "export", model, "--to", to, "--out", out, *more), status, *fragments)
        assert before == {path: path.read_bytes() for path in outputs.iterdir()}, fragments

    refused(1, "absent: no such run or checkpoint", model=folder / "absent")
    refused(2, "torchscript", to="torchscript")
    refused(2, "has the name of a file of format safetensors, but the output is ONNX", out=outputs / "m.safetensors")
    refused(2, "has the name of a file of format ONNX, but the output is safetensors", to="safetensors")
    refused(1, "absent", out=outputs / "absent/model.onnx")
    (folder / "damaged").mkdir()
    for path, words in mistakes.damaged_checkpoints(trained / "best.safetensors", folder / "damaged"):
        refused(1, path.name, words, model=path)
    old = mistakes.edit_checkpoint(trained / "best.safetensors", folder / "old.safetensors", lambda metadata, _: metadata["jetvit"]["data"].pop("shape"))
    refused(1, "old.safetensors: does not say what size its raw images had", model=old)

    def spoil(_, tensors):
        for name in tensors:
            tensors[name] = np.full_like(tensors[name], np.nan)

    spoiled = mistakes.edit_checkpoint(trained / "best.safetensors", folder / "spoiled.safetensors", spoil)
    refused(1, "not finite", model=spoiled)

    # What is there is replaced only if it is an export, and only when asked.
    out.write_bytes(b"of somebody else")
    refused(1, "model.onnx: already exists", "--overwrite")
    refused(1, "does not hold a model of jetvit export", more=["--overwrite"])
    out.unlink()
    card = outputs / "model.onnx.md"
    card.write_text("# Notes of mine\n")
    refused(1, "model.onnx.md: already exists")
    refused(1, "does not hold a model card of jetvit export", more=["--overwrite"])
    card.unlink()
    run(jetvit, "export", trained, "--to", "onnx", "--out", out)
    refused(1, "model.onnx: already exists")
    link = outputs / "link.onnx"
    link.symlink_to(out)
    refused(1, "link.onnx: is a link", out=link, more=["--overwrite"])
    link.unlink()
    weights = folder / "copy.safetensors"
    weights.write_bytes((trained / "best.safetensors").read_bytes())
    refused(1, "copy.safetensors", model=weights, to="safetensors", out=weights, more=["--overwrite"])
    with mistakes.small_disk(folder) as disk:
        if disk is not None:
            refused(1, "No space left", out=disk / "model.onnx")
            assert not list(disk.iterdir()), list(disk.iterdir())


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        trained = folder / "run"
        tiny.check(tiny.train(jetvit, tiny.make_store(jetvit, folder), trained))
        check_card(jetvit, folder, trained)
        check_weights(jetvit, folder, trained)
        check_example(jetvit, folder, trained)
        check_mistakes(jetvit, folder, trained)
    print("jetvit export: outputs, example, mistakes")


if __name__ == "__main__":
    main(sys.argv[1])
