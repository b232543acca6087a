"""Trains the small models on a shipped sample and tables what they reach; some of them are trained by timm and torch in
Python too, on the same quark-gluon jets, images and batch size, with the same optimizer and schedule.

Both sides follow the recipe in recipes/demo/: images are pooled sums of the store's pixels, log(1 + E/GeV) of them,
mirrored at random; the epoch with the best validation AUC is measured on the test jets. They draw their own weights,
orders and mirrors, so that they agree within statistical errors, not to the digit. Averaged weights are left out.

Of boosted-top jets there are few: 40 epochs with averaged weights, signed channels split in two planes, and no peers.

  .deps/peers/bin/python bench/learn/compare.py build/release/bin/jetvit [--models vit_nano ...] [--peers vit_nano ...]
  .deps/peers/bin/python bench/learn/compare.py build/release/bin/jetvit --sample boosted_top

Needs torch, timm, pyarrow and scikit-learn: scripts/setup --with-peers.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import pyarrow.ipc
import sklearn.metrics
import torch

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench"))
sys.path.insert(0, str(ROOT / "tests/oracle/lib"))
from references import make_reference  # noqa: E402
from side_by_side import SAMPLE, delong_error, report  # noqa: E402

MODELS = ("vit_nano", "swin_nano", "coatnet_nano", "maxvit_nano", "davit_nano", "efficientnet_nano", "effswin_nano",
          "resnet_15")
PEERS = ("vit_nano", "swin_nano", "coatnet_nano")
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


def settings(overrides):
    return [word for override in overrides for word in ("--set", override)]


def train_ours(jetvit, model, overrides, store, folder):
    start = time.perf_counter()
    run(jetvit, "train", ROOT / f"recipes/demo/{model}.toml", "--data", store, "--out", folder, *settings(overrides))
    seconds = time.perf_counter() - start
    run(jetvit, "evaluate", folder)
    metrics = json.loads((folder / "evaluation-test/metrics.json").read_text())["classifiers"]
    recipe = json.loads((folder / "recipe.json").read_text())
    # A simple classifier that falls with the label counts as its mirror image.
    simple = {name: max(row["auc"], 1 - row["auc"]) for name in ("mass", "multiplicity") for row in metrics
              if row["name"].endswith({"mass": "jet mass", "multiplicity": "tracks multiplicity"}[name])}
    return recipe, {"auc": metrics[0]["auc"], "error": metrics[0]["auc_error"], "seconds": seconds, **simple}


def read_images(store, split, size):
    """Pooled sums of the store's pixels, transformed, and the labels."""
    manifest = json.loads((store / "manifest.json").read_text())
    channels, height, width = manifest["shape"]
    images, labels = [], []
    row = (numpy.arange(height) * 2 + 1) * size // (2 * height)
    column = (numpy.arange(width) * 2 + 1) * size // (2 * width)
    for shard in manifest["shards"]:
        if shard["split"] != split:
            continue
        for jet in pyarrow.ipc.open_file(store / shard["file"]).read_all().to_pylist():
            image = numpy.zeros((channels, size, size), numpy.float32)
            pixel = numpy.array(jet["pixel"], numpy.int64)
            channel = numpy.repeat(numpy.arange(channels), jet["counts"])
            numpy.add.at(image, (channel, row[pixel // width], column[pixel % width]),
                         numpy.array(jet["value"], numpy.float32))
            images.append(numpy.log1p(image))
            labels.append(jet["label"])
    return torch.from_numpy(numpy.stack(images)), torch.tensor(labels, dtype=torch.float32)


def scores(module, images):
    module.eval()
    with torch.inference_mode():
        return torch.cat([module(part) for part in images.split(256)]).flatten().numpy()


def rate(recipe, step, per_epoch):
    """Learning rate: cosine after a linear warm-up, step by step."""
    schedule, train = recipe["schedule"], recipe["train"]
    assert schedule["kind"] == "cosine", "the peer knows the cosine schedule"
    warmup = round(schedule["warmup_epochs"] * per_epoch)
    t = min(1, max(0, (step - warmup) / max(1, train["epochs"] * per_epoch - warmup)))
    low, high = schedule["min_lr"], recipe["optimizer"]["lr"]
    return (low + (high - low) * (1 + math.cos(math.pi * t)) / 2) * min(1, (step + 1) / max(1, warmup))


def train_peer(jetvit, recipe, store):
    model, size = recipe["model"]["name"], recipe["image"]["size"]
    options = {key: value for key, value in recipe["model"].items() if key != "name"} | {"image_size": size}
    settled = json.loads(run(jetvit, "describe", model, "--json", *settings(
        f"{key}={json.dumps(value)}" for key, value in options.items())))
    data = {split: read_images(store, split, size) for split in ("train", "validation", "test")}
    start = time.perf_counter()
    torch.manual_seed(recipe["train"]["seed"])
    module = make_reference(model, settled["options"]).to(memory_format=torch.channels_last)
    groups = {True: [], False: []}  # norms, biases, position tables and class tokens do not decay
    for name, parameter in module.named_parameters():
        groups[parameter.ndim > 1 and not any(word in name for word in ("pos", "cls_token"))].append(parameter)
    optimizer = torch.optim.AdamW([
        {"params": groups[True], "weight_decay": recipe["optimizer"]["weight_decay"]},
        {"params": groups[False], "weight_decay": 0.0}], lr=1, fused=True)
    images, labels = data["train"]
    batch = recipe["train"]["batch_size"]
    per_epoch = len(images) // batch
    best, kept, step = 0, None, 0
    for _ in range(recipe["train"]["epochs"]):
        module.train()
        order = torch.randperm(len(images))
        for chosen in order[:per_epoch * batch].split(batch):
            x = images[chosen]
            for axis, chance in ((3, recipe["augment"]["horizontal_flip"]), (2, recipe["augment"]["vertical_flip"])):
                flipped = torch.rand(len(x)) < chance
                x = torch.where(flipped[:, None, None, None], x.flip(axis), x)
            for group in optimizer.param_groups:
                group["lr"] = rate(recipe, step, per_epoch)
            logits = module(x.contiguous(memory_format=torch.channels_last)).flatten()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if recipe["train"]["clip_norm"] > 0:
                torch.nn.utils.clip_grad_norm_(module.parameters(), recipe["train"]["clip_norm"])
            optimizer.step()
            step += 1
        auc = sklearn.metrics.roc_auc_score(data["validation"][1], scores(module, data["validation"][0]))
        if auc > best:
            best, kept = auc, {name: tensor.clone() for name, tensor in module.state_dict().items()}
    seconds = time.perf_counter() - start
    module.load_state_dict(kept)
    labels, outputs = data["test"][1].numpy(), scores(module, data["test"][0])
    return {"peer_auc": sklearn.metrics.roc_auc_score(labels, outputs), "peer_error": delong_error(outputs, labels),
            "peer_seconds": seconds}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--sample", choices=SAMPLES, default="quark_gluon")
    parser.add_argument("--models", nargs="*", default=MODELS)
    parser.add_argument("--peers", nargs="*", default=PEERS, help="those that timm trains too, of quark-gluon jets")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE",
                        help="override of every recipe, for the peers too: train.seed=2")
    parser.add_argument("--out", help="file for the results as JSON")
    arguments = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    rows = []
    with tempfile.TemporaryDirectory() as name:
        store = pathlib.Path(name) / "store"
        inputs, overrides, channels = SAMPLES[arguments.sample]
        run(arguments.jetvit, "prepare", *inputs, "--out", store)
        for model in arguments.models:
            recipe, result = train_ours(arguments.jetvit, model, [*overrides, *arguments.set], store,
                                        pathlib.Path(name) / model)
            described = json.loads(run(arguments.jetvit, "describe", model, "--json", *settings([
                *(f"{key}={json.dumps(value)}" for key, value in recipe["model"].items() if key != "name"),
                f"image_size={recipe['image']['size']}", f"channels={channels}"])))
            rows.append({"model": model, "parameters": described["parameters"],
                         "multiply_adds": described["multiply_adds"], "epochs": recipe["train"]["epochs"], **result})
            if arguments.sample == "quark_gluon" and model in arguments.peers:
                rows[-1].update(train_peer(arguments.jetvit, recipe, store))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    report(rows, arguments.out)


if __name__ == "__main__":
    main()
