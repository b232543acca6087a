"""Trains the small models on a shipped sample and tables what they reach; some of them are trained by timm and torch in
Python too, on the same quark-gluon jets, images and batch size, with the same optimizer and schedule.

Both sides follow the recipe in recipes/demo/: images are pooled sums of the store's pixels, log(1 + E/GeV) of them,
mirrored at random; the epoch with the best validation AUC is measured on the test jets. They draw their own weights,
orders and mirrors, so that they agree within statistical errors, not to the digit. Averaged weights are left out.

Of boosted-top jets there are few: 40 epochs with averaged weights, signed channels split in two planes, and no peers.

  .deps/peers/bin/python bench/learn/compare.py build/release/bin/jetvit [--models vit_nano ...] [--peers vit_nano ...]
  .deps/python/bin/python bench/learn/compare.py build/release/bin/jetvit --sample boosted_top

The peers need torch, timm, pyarrow and scikit-learn (scripts/setup --with-peers); without them, give --peers no name.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from side_by_side import SAMPLE, report  # noqa: E402

MODELS = ("vit_nano", "swin_nano", "coatnet_nano", "maxvit_nano", "davit_nano", "efficientnet_nano", "effswin_nano",
          "resnet_15")
PEERS = ("vit_nano", "swin_nano", "coatnet_nano")
OBSERVABLES = ("tracks multiplicity", "tracks ptD", "jet mass")
# The input of `jetvit prepare`, overrides of every recipe, and the channels that the networks see.
SAMPLES = {
    "quark_gluon": ([word for split in ("train", "validation", "test") for word in (
        f"--{split}", SAMPLE / f"quark_gluon_{split}.parquet")], ["train.ema_decay=0"], 3),
    "boosted_top": ([SAMPLE / "boosted_top.parquet"], ["train.epochs=40", "transform.split_signed=true"], 10),
}


def run(jetvit, *arguments):
    done = subprocess.run([jetvit, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


# The documented numbers are those of full batches, on both sides.
FULL_BATCHES = "train.drop_last=true"


def settings(overrides):
    return [word for override in overrides for word in ("--set", override)]


def train_ours(jetvit, model, overrides, store, folder):
    """The recipe that was trained, what it reached, and what single observables reach on the same jets."""
    start = time.perf_counter()
    run(jetvit, "train", ROOT / f"recipes/demo/{model}.toml", "--data", store, "--out", folder, *settings(overrides))
    seconds = time.perf_counter() - start
    run(jetvit, "evaluate", folder, "--baselines", 1000)
    metrics = json.loads((folder / "evaluation-test/metrics.json").read_text())["classifiers"]
    recipe = json.loads((folder / "recipe.json").read_text())
    # A name begins with a minus where small values are signal-like.
    observables = {name: {"auc": row["auc"], "error": row["auc_error"]} for name in OBSERVABLES for row in metrics
                   if row["name"].removeprefix("- ") == name}
    return recipe, {"auc": metrics[0]["auc"], "error": metrics[0]["auc_error"], "seconds": seconds}, observables


def describe(jetvit, recipe, channels):
    """The options, parameters and multiply-adds of a recipe's network."""
    options = {key: value for key, value in recipe["model"].items() if key != "name"}
    return json.loads(run(jetvit, "describe", recipe["model"]["name"], "--json", *settings([
        *(f"{key}={json.dumps(value)}" for key, value in options.items()),
        f"image_size={recipe['image']['size']}", f"channels={channels}"])))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--sample", choices=SAMPLES, default="quark_gluon")
    parser.add_argument("--models", nargs="*", default=MODELS)
    parser.add_argument("--peers", nargs="*", help=f"those that timm trains too (of quark-gluon jets: {' '.join(PEERS)})")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="override of every recipe, for the peers too: train.seed=2")
    parser.add_argument("--out", help="file for the results as JSON")
    arguments = parser.parse_args()
    if arguments.peers is None:
        arguments.peers = PEERS if arguments.sample == "quark_gluon" else ()
    elif arguments.peers and arguments.sample != "quark_gluon":
        parser.error("timm trains on quark-gluon jets alone")
    if arguments.peers:
        try:
            from peer import train_peer
        except ImportError as error:
            parser.error(f"timm cannot be imported ({error}): scripts/setup --with-peers, or --peers without names")
    rows = []
    observables = {}
    with tempfile.TemporaryDirectory() as name:
        store = pathlib.Path(name) / "store"
        inputs, overrides, channels = SAMPLES[arguments.sample]
        run(arguments.jetvit, "prepare", *inputs, "--out", store)
        for model in arguments.models:
            recipe, result, observables = train_ours(arguments.jetvit, model, [FULL_BATCHES, *overrides, *arguments.set], store,
                                                     pathlib.Path(name) / model)
            described = describe(arguments.jetvit, recipe, channels)
            rows.append({"model": model, "image_size": recipe["image"]["size"], "parameters": described["parameters"],
                         "multiply_adds": described["multiply_adds"], "epochs": recipe["train"]["epochs"], **result})
            if model in arguments.peers:
                rows[-1].update(train_peer(recipe, described["options"], store))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    report({"models": rows, "observables": observables}, arguments.out)


if __name__ == "__main__":
    main()
