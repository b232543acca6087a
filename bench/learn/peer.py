"""The same trainings with timm and torch in Python: the peer of compare.py. Needs torch, timm, pyarrow and scikit-learn."""

import json
import math
import os
import pathlib
import sys
import time

import numpy
import pyarrow.ipc
import sklearn.metrics
import torch

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench"))
sys.path.insert(0, str(ROOT / "tests/oracle/lib"))
from references import make_reference  # noqa: E402
from side_by_side import delong_error  # noqa: E402


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


def train_peer(recipe, options, store):
    """Trains timm's network of these options (those that `jetvit describe` states) as the recipe says."""
    torch.set_num_threads(os.cpu_count())
    model, size = recipe["model"]["name"], recipe["image"]["size"]
    data = {split: read_images(store, split, size) for split in ("train", "validation", "test")}
    start = time.perf_counter()
    torch.manual_seed(recipe["train"]["seed"])
    module = make_reference(model, options).to(memory_format=torch.channels_last)
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
