"""Generates 20,000 quark-gluon jets for training, 2,000 for validation and 4,000 for the test, trains a small CoAtNet on
them, and compares it with boosted trees and a logistic regression on hand-made features (bench/baselines.py).

  .deps/python/bin/python bench/learn/large.py build/release/bin/jetvit --folder build/large [--out FILE]

The folder keeps everything. The same command continues from what is there. Needs scripts/setup --with-tests
--with-generator; takes about 25 minutes on two cores.
"""

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from side_by_side import report  # noqa: E402

# Jets and seed of each split.
SPLITS = {"train": (20000, 201), "validation": (2000, 202), "test": (4000, 203)}
RECIPE = ROOT / "recipes/demo/coatnet_nano.toml"
# The documented numbers are those of full batches.
OVERRIDES = ("--set", "train.epochs=8", "--set", "image.size=48", "--set", "train.drop_last=true")
FEATURE_CLASSIFIERS = ("boosted trees", "logistic regression")


def run(*command):
    subprocess.run([str(word) for word in command], check=True)


def classifiers(folder):
    return json.loads((folder / "metrics.json").read_text())["classifiers"]


def summary(row):
    return {key: row[key] for key in ("auc", "auc_error", "working_points")}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="where jets, store and run are kept")
    parser.add_argument("--out", help="file for the result as JSON")
    arguments = parser.parse_args()
    jetvit, folder = arguments.jetvit, arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    files = {split: folder / f"{split}.parquet" for split in SPLITS}
    for split, (jets, seed) in SPLITS.items():
        if not files[split].exists():
            run(jetvit, "generate", "quark-gluon", "--jets", jets, "--seed", seed, "--out", files[split])
    named = [word for split, file in files.items() for word in (f"--{split}", file)]
    run(jetvit, "prepare", *named, "--out", folder / "store")
    again = ["--resume"] if (folder / "run").exists() else []
    run(jetvit, "train", RECIPE, "--data", folder / "store", "--out", folder / "run", *OVERRIDES, *again)
    run(jetvit, "evaluate", folder / "run", "--baselines", 1000, "--overwrite")
    network, *others = classifiers(folder / "run/evaluation-test")
    run(sys.executable, ROOT / "bench/baselines.py", files["train"], files["test"], "--scores", folder / "scores")
    result = {"network": summary(network) | {"name": network["name"]}}
    for name in FEATURE_CLASSIFIERS:
        file = f"{name.replace(' ', '_')}.parquet"
        run(jetvit, "evaluate", "--scores", folder / "scores" / file, "--out", folder / "measured" / file, "--overwrite")
        result[name] = summary(classifiers(folder / "measured" / file)[0])
    # The first are the best; the logistic regression of all observables is none of them.
    best = max((row for row in others if not row["name"].startswith("logistic")), key=lambda row: row["auc"])
    result["best observable"] = summary(best) | {"name": best["name"]}
    report(result, arguments.out)


if __name__ == "__main__":
    main()
