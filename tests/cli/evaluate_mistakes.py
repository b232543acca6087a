#!/usr/bin/env python3
"""What `jetvit evaluate` says to every mistake that a user can make, and that it leaves nothing behind then."""
import json
import pathlib
import shutil
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import mistakes
import tiny_training as tiny
from mistakes import expect

GOOD = {"score": [0.1, 0.4, 0.35, 0.8], "label": pa.array([0, 0, 1, 1], pa.uint8())}


def scores_files(folder):
    """(columns, words of the message)"""
    nan, inf = float("nan"), float("inf")
    yield {"score": GOOD["score"]}, "has no column label"
    yield {"label": GOOD["label"]}, "has no column score"
    yield {**GOOD, "label": pa.array([1, 1, 1, 1])}, "are of one class"
    yield {**GOOD, "label": pa.array([0, 1, 1, 1])}, "two jets"
    yield {**GOOD, "label": pa.array([0, 1, 2, 1])}, "jet 2 has the label 2"
    yield {**GOOD, "label": pa.array([0, 1, -1, 1])}, "label"
    yield {**GOOD, "label": pa.array([0, 1, 0.5, 1])}, "label"
    yield {**GOOD, "label": pa.array(["quark", "gluon", "quark", "gluon"])}, "label"
    yield {**GOOD, "label": pa.array([0, 1, None, 1])}, "column label holds nulls"
    yield {**GOOD, "score": [0.1, None, 0.3, 0.4]}, "column score holds nulls"
    yield {**GOOD, "score": [0.1, nan, 0.3, 0.4]}, "jet 1 has the score nan"
    yield {**GOOD, "score": [0.1, 0.2, 0.3, -inf]}, "jet 3 has the score -inf"
    yield {**GOOD, "score": ["a", "b", "c", "d"]}, "column score does not hold plain numbers"
    yield {**GOOD, "score": [[0.1], [0.2], [0.3], [0.4]]}, "column score does not hold plain numbers"
    yield {**GOOD, "score": pa.array([1, 2, 3, 4], pa.timestamp("ms"))}, "column score does not hold plain numbers"
    yield {**GOOD, "weight": [1.0, 1.0, -2.0, 1.0]}, "the weights of the jets of label 1 sum to -1"
    yield {**GOOD, "weight": [1.0, 1.0, 0.0, 0.0]}, "the weights of the jets of label 1 sum to 0 (the sum of each class"
    yield {**GOOD, "weight": [1.0, inf, 1.0, 1.0]}, "jet 1 has the weight inf (must be a finite number)"
    yield {"score": pa.array([], pa.float64()), "label": pa.array([], pa.uint8())}, "there are no jets"


def check_scores_files(jetvit, folder):
    out = folder / "measured"
    path = folder / "scores.parquet"

    def evaluate(*more):
        return mistakes.run(jetvit, "evaluate", "--scores", path, "--out", out, *more)

    for columns, words in scores_files(folder):
        pq.write_table(pa.table(columns), path)
        expect(evaluate(), 1, "scores.parquet", words)
        assert not out.exists(), words
    path.write_bytes(path.read_bytes()[:-5])
    expect(evaluate(), 1, "scores.parquet: is not a complete Parquet file")
    path.write_bytes(b"")
    expect(evaluate(), 1, "scores.parquet: is empty, not a Parquet file")
    path.unlink()
    expect(evaluate(), 1, "scores.parquet")
    assert not out.exists()

    pq.write_table(pa.table(GOOD), path)
    expect(mistakes.run(jetvit, "evaluate", "--scores", path), 2, "--scores needs --out")
    expect(mistakes.run(jetvit, "evaluate", "--scores", path, "run"), 2, "either one or more RUNs or --scores")
    expect(mistakes.run(jetvit, "evaluate", "--scores", path, "--out", out, "--calibrate"), 2, "--calibrate needs a RUN")
    expect(mistakes.run(jetvit, "evaluate"), 2, "either one or more RUNs or --scores")
    (folder / "file").write_text("")
    expect(mistakes.run(jetvit, "evaluate", "--scores", path, "--out", folder / "file" / "x"), 1, "file")
    tiny.check(evaluate())
    before = (out / "metrics.json").read_bytes()
    expect(evaluate(), 1, "measured: already exists", "--overwrite")
    (out / "notes.txt").write_text("precious")
    expect(evaluate("--overwrite"), 1, "measured: holds notes.txt, which no evaluation of this kind wrote")
    (out / "notes.txt").unlink()
    assert (out / "metrics.json").read_bytes() == before
    # Other numeric types, and scores that are no probabilities: their order still counts.
    pq.write_table(pa.table({"score": pa.array([-3, 1, 0, 9], pa.int32()), "label": pa.array([False, False, True, True]),
                             "strange \u2265 name": [1.0, float("nan"), 2.0, 3.0]}), path)
    done = tiny.check(evaluate("--overwrite"))
    assert "no probabilities" in done.stdout
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["classifiers"][0]["auc"] == 0.75 and "log_loss" not in metrics["classifiers"][0]
    assert json.loads(tiny.check(evaluate("--overwrite", "--json")).stdout)["metrics"] == str(out / "metrics.json")


def check_runs(jetvit, folder):
    store = tiny.make_store(jetvit, folder)
    run = folder / "run"
    tiny.check(tiny.train(jetvit, store, run))
    out = folder / "out"

    def evaluate(*words, out=out):
        return mistakes.run(jetvit, "evaluate", *words, "--out", out, "--threads", "1")

    def refused(done, status, *fragments):
        expect(done, status, *fragments)
        assert not out.exists(), fragments

    refused(evaluate(folder / "absent"), 1, "absent: no such run or checkpoint")
    (folder / "hollow").mkdir()
    refused(evaluate(folder / "hollow"), 1, "hollow: holds no best.safetensors")
    (folder / "damaged").mkdir()
    for path, words in mistakes.damaged_checkpoints(run / "best.safetensors", folder / "damaged"):
        refused(evaluate(path), 1, path.name, words)

    def lost(metadata, tensors):
        for tensor in tensors.values():
            tensor[...] = np.nan

    broken = mistakes.edit_checkpoint(run / "best.safetensors", folder / "lost.safetensors", lost)
    refused(evaluate(broken), 1, "is not finite")
    refused(evaluate(run, "--split", "tests"), 2, "tests")
    refused(evaluate(run, "--calibrate", "--split", "validation"), 2, "--calibrate fits the validation split")
    refused(evaluate(run, "--data", folder / "nowhere"), 1, "nowhere")
    refused(evaluate(run, "--data", run), 1, str(run))
    refused(evaluate(run, "--baselines", "-1"), 2, "--baselines")

    (folder / "four").mkdir()
    four = tiny.make_store(jetvit, folder / "four", channels=4, jets=40)
    refused(evaluate(run, "--data", four), 1, "has images of 4 channels", "was trained on 3")
    (folder / "single").mkdir()
    single = tiny.make_store(jetvit, folder / "single", labels=(1,), jets=60)
    refused(evaluate(run, "--data", single), 1, "its split test has 0 jets of gluon", "at least two of each")

    for name, damage in (("flipped", lambda whole: whole[:200] + bytes([whole[200] ^ 1]) + whole[201:]),
                         ("cut", lambda whole: whole[:-1])):
        copy = folder / name
        shutil.copytree(store, copy)
        shard = next(path for path in copy.iterdir() if path.name.startswith("test"))
        shard.write_bytes(damage(shard.read_bytes()))
        refused(evaluate(run, "--data", copy), 1, shard.name)

    # Two runs of different stores; then what works, and its pictures.
    (folder / "second").mkdir()
    second = tiny.make_store(jetvit, folder / "second", seed=2)
    tiny.check(tiny.train(jetvit, second, folder / "second_run"))
    refused(evaluate(run, folder / "second_run"), 1, "was trained on", "name the data to measure on with --data")
    tiny.check(evaluate(run, folder / "second_run", "--data", store, "--calibrate", out=folder / "both"))
    both = json.loads((folder / "both" / "metrics.json").read_text())
    assert "first_minus_this" in both["classifiers"][1] and both["split"] == "test"
    assert all(0.01 <= one["calibrated"]["temperature"] <= 100 for one in both["classifiers"][:2])
    expect(mistakes.run(jetvit, "evaluate", run / "best.safetensors"), 2, "use --out to name the folder")
    # Observers that are missing, as nulls or as NaN, give the same evaluation; jet pT is missed aloud.
    found = []
    table = pq.read_table(folder / "jets.parquet")
    for name, missing in (("null", None), ("nan", float("nan"))):
        pt = [missing if jet % 7 == 0 else value for jet, value in enumerate(table["pt"].to_pylist())]
        place = table.schema.get_field_index("pt")
        pq.write_table(table.set_column(place, "pt", pa.array(pt, pa.float64())), folder / f"{name}.parquet")
        done = tiny.check(evaluate(run, "--test", folder / f"{name}.parquet", "--allow-trained", out=folder / f"with_{name}"))
        assert "left out of the baselines, as they are missing for some of the jets: jet pT\n" in done.stderr, done.stderr
        metrics = json.loads((folder / f"with_{name}/metrics.json").read_text())
        found.append([metrics["classifiers"], metrics["bins_of_pt"]])
    assert found[0] == found[1] and sum(one["jets"] for one in found[0][1]) == table.num_rows - -(-table.num_rows // 7), found[0][1]
    refused(evaluate(run, "--batch-size", "0"), 2, "--batch-size")
    refused(evaluate(run, "--test", store), 1, "store: is a jet store", "--data")
    aucs = []
    for size in ("1", "7", "256"):
        tiny.check(evaluate(run, "--batch-size", size, out=folder / f"by_{size}"))
        aucs.append(json.loads((folder / f"by_{size}/metrics.json").read_text())["classifiers"][0]["auc"])
    assert max(aucs) - min(aucs) < 1e-3, aucs
    # The regression of all observables is fitted to training jets: without any it is missed aloud.
    for words, has_regression in ((("--allow-trained", "--test", folder / "jets.parquet"), False),
                                  (("--allow-trained", "--test", folder / "jets.parquet", "--train", folder / "second/jets.parquet"), True)):
        done = tiny.check(evaluate(run, *words, "--overwrite", out=folder / "regression"))
        names = [one["name"] for one in json.loads((folder / "regression/metrics.json").read_text())["classifiers"]]
        assert ("logistic regression of all" in names) == has_regression, names
        reported = f"the logistic regression is left out of the baselines ({folder}/jets.parquet has no training jets"
        assert (reported in done.stderr) != has_regression and ("--train" in done.stderr) != has_regression, done.stderr
    tiny.check(mistakes.run(jetvit, "evaluate", run))
    expect(mistakes.run(jetvit, "evaluate", run), 1, "already exists")
    drawn = run / "evaluation-test"
    assert sorted(path.name for path in drawn.iterdir()) == sorted(
        ["metrics.json"] + [f"{name}.{kind}" for name in ("roc", "scores", "calibration", "learning") for kind in ("png", "svg")])
    for path in drawn.glob("*.svg"):
        assert xml.etree.ElementTree.parse(path).getroot().tag.endswith("svg")
    (run / "metrics.jsonl").write_text('{"epoch": 1}\n{"epoch"\n')
    refused(evaluate(run), 1, "metrics.jsonl", "line 2")
    (run / "metrics.jsonl").unlink()
    tiny.check(evaluate(run))
    assert not (out / "learning.png").exists()


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_scores_files(jetvit, folder)
        check_runs(jetvit, folder)
    print("evaluate: every mistake was named, nothing was left behind")


if __name__ == "__main__":
    main(sys.argv[1])
