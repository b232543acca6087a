#!/usr/bin/env python3
"""`train --seeds`: one run for each seed, resumed after a stop; `evaluate` reports their mean and spread and compares recipes."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import numpy as np
import tiny_training as tiny
from mistakes import expect


def metrics(jetvit, *words):
    path = json.loads(tiny.check(mistakes.run(jetvit, "evaluate", *words, "--json")).stdout)["metrics"]
    return json.loads(pathlib.Path(path).read_text())


def check_runs(jetvit, folder, store):
    run = folder / "three"
    tiny.check(tiny.train(jetvit, store, run, "--seeds", "2", "--set", "train.seed=4"))
    assert sorted(path.name for path in run.iterdir()) == ["seed-4", "seed-5"]
    # What is finished stays; the third is added. It equals a run of that seed by itself, to the last bit.
    before = (run / "seed-4/best.safetensors").stat()
    done = tiny.check(tiny.train(jetvit, store, run, "--seeds", "3", "--set", "train.seed=4", "--resume"))
    assert "evaluate" in done.stdout and "seed-6" in done.stdout, done.stdout
    after = (run / "seed-4/best.safetensors").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns), "a finished run was trained again"
    tiny.check(tiny.train(jetvit, store, folder / "alone", "--set", "train.seed=6"))
    one, other = ((path / "best.safetensors").read_bytes() for path in (run / "seed-6", folder / "alone"))
    assert one == other, "a seed of several differs from that seed by itself"
    assert one != (run / "seed-5/best.safetensors").read_bytes()
    return run


def check_evaluation(jetvit, folder, store, run):
    found = metrics(jetvit, run)
    assert (run / "evaluation-test/metrics.json").exists()
    aucs = [of["auc"] for of in found["classifiers"][:3]]
    (recipe,) = found["recipes"]
    assert recipe["seeds"] == 3 and len(recipe["runs"]) == 3 and "first_minus_this" not in recipe
    assert np.isclose(recipe["auc"], np.mean(aucs), rtol=1e-12) and np.isclose(recipe["auc_spread"], np.std(aucs, ddof=1), rtol=1e-9)
    assert recipe["auc_error"] > recipe["auc_spread"] / np.sqrt(3)
    # Runs of a recipe that are given one by one, and another recipe.
    tiny.check(tiny.train(jetvit, store, folder / "other", "--seeds", "2", "--set", "optimizer.lr=3e-3"))
    out = folder / "compared"
    found = metrics(jetvit, run / "seed-5", folder / "alone", folder / "other", "--out", out)
    first, second = found["recipes"]
    assert first["seeds"] == second["seeds"] == 2 and str(folder / "other") in second["name"]
    behind = second["first_minus_this"]
    assert np.isclose(behind["auc"], first["auc"] - second["auc"], atol=1e-12) and 0 < behind["p_value"] <= 1
    done = tiny.check(mistakes.run(jetvit, "evaluate", run, folder / "other", "--out", folder / "table"))
    assert "spread of seeds" in done.stdout and "p = " in done.stdout, done.stdout
    assert len({recipe["name"] for recipe in found["recipes"]}) == 2
    # What each seed is estimated to take does not grow with the seeds before it.
    records = [json.loads((run / f"seed-{seed}/run.json").read_text()) for seed in (4, 5)]
    assert abs(records[1]["estimated_memory"] / records[0]["estimated_memory"] - 1) < 0.25, [record["estimated_memory"] for record in records]
    # A recipe of one seed is named, and so is a seed that was stopped.
    record = run / "seed-5/run.json"
    record.write_text(record.read_text().replace('"finished"', '"interrupted"'))
    done = tiny.check(mistakes.run(jetvit, "evaluate", run, folder / "other/seed-1", "--out", folder / "one_seed"))
    assert "as it has one seed" in done.stderr and "seed-5: its training is interrupted" in done.stderr, done.stderr
    # The same seed twice is no second training.
    done = tiny.check(mistakes.run(jetvit, "evaluate", run / "seed-6", folder / "alone", "--out", folder / "twice"))
    assert "several of its runs have the same seed" in done.stderr and "spread of seeds" not in done.stdout, done.stderr


def check_mistakes(jetvit, folder, store, run):
    expect(tiny.train(jetvit, store, run, "--seeds", "3", "--set", "train.seed=4"), 1, "seed-4", "holds a finished training")
    expect(tiny.train(jetvit, store, run, "--seeds", "2", "--set", "train.seed=4", "--overwrite"), 1, "seed-6", "is not one of the --seeds 4 to 5")
    expect(tiny.train(jetvit, store, folder / "alone", "--seeds", "2"), 1, "alone", "is a run of one seed")
    expect(tiny.train(jetvit, store, run, "--overwrite"), 1, "no run that could be replaced")
    expect(tiny.train(jetvit, store, run, "--resume"), 1, "three", "holds the runs of several seeds", "--seeds")
    expect(tiny.train(jetvit, store, folder / "none", "--seeds", "0"), 2, "--seeds")
    scores = folder / "scores.parquet"
    expect(mistakes.run(jetvit, "predict", run, "--data", store, "--out", scores), 1, "holds the runs of 3 seeds", "seed-4")
    assert not scores.exists() and not (folder / "none").exists()


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = tiny.make_store(jetvit, folder)
        run = check_runs(jetvit, folder, store)
        check_evaluation(jetvit, folder, store, run)
        check_mistakes(jetvit, folder, store, run)
    print("train --seeds: each seed as by itself; mean, spread and comparison of recipes; mistakes named")


if __name__ == "__main__":
    main(sys.argv[1])
