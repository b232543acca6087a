"""Compares loading of augmented jet images with torchvision and webdataset, on the same jets.

The sample's training jets are prepared once as a jet store, once as the published notebooks do it: 125 x 125 PNG files in a
folder per class, and once as webdataset has it: the same PNG files in tar shards. All sides then make batches of 128 x 128
images, flipped and rotated by up to 20 degrees (bilinear), with as many threads as the peers have worker processes, and take
turns. The peers decode while they train; jetvit reads its store into memory before, at the rate in "to_memory".

  .deps/peers/bin/python bench/load/compare.py build/release/bin/jetvit [--workers 2] [--rounds 3]

Needs torch, torchvision, webdataset, pyarrow, numpy and Pillow: scripts/setup --with-peers.
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
import pyarrow.parquet
import torch
import webdataset
from PIL import Image
from torchvision import datasets, transforms

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
import side_by_side

SAMPLE = side_by_side.SAMPLE / "quark_gluon_train.parquet"
OPTIONS = {  # what each of ours adds to the plain augmentation
    "plain": [],
    "channels-last": ["--layout", "channels-last"],
    "bf16": ["--type", "bf16"],
    "channels-last bf16": ["--layout", "channels-last", "--type", "bf16"],
    "mixup": ["--augment", "mixup=0.8"],
    "cutmix": ["--augment", "cutmix=1.0"],
    "weighted": ["--sampling", "weighted"],
    "bicubic": ["--resize", "bicubic"],
    "sum": ["--resize", "sum"],
}


def make_images(folder):
    """One PNG a jet: each channel scaled to its largest value. Returns the files with their classes."""
    files = []
    for batch in pyarrow.parquet.ParquetFile(SAMPLE).iter_batches(64, columns=["X_jets", "y"]):
        values = batch.column(0).flatten().flatten().flatten().to_numpy(zero_copy_only=False)
        for image, label in zip(values.reshape(-1, 3, 125, 125), batch.column(1).to_numpy()):
            top = numpy.maximum(image.max(axis=(1, 2), keepdims=True), 1e-9)
            pixels = numpy.clip(255 * image / top, 0, 255).astype(numpy.uint8)
            place = folder / ("gluon", "quark")[int(label)]
            place.mkdir(exist_ok=True)
            files.append((place / f"{len(files):06}.png", int(label)))
            Image.fromarray(pixels.transpose(1, 2, 0)).save(files[-1][0])
    return files


def make_shards(files, folder, jets=512):
    """The same files in tar shards, shuffled once as webdataset advises."""
    order = numpy.random.default_rng(1).permutation(len(files))
    with webdataset.ShardWriter(str(folder / "jets-%04d.tar"), maxcount=jets, verbose=0) as writer:
        for place in order:
            path, label = files[place]
            writer.write({"__key__": path.stem, "png": path.read_bytes(), "cls": label})
    return sorted(str(path) for path in folder.glob("*.tar"))


STEPS = transforms.Compose([
    transforms.Resize((128, 128)),
    transforms.RandomHorizontalFlip(),
    transforms.RandomVerticalFlip(),
    transforms.RandomRotation(20, interpolation=transforms.InterpolationMode.BILINEAR),
    transforms.ToTensor(),
])


def torchvision_loader(folder, workers, batch_size):
    return torch.utils.data.DataLoader(datasets.ImageFolder(folder, STEPS), batch_size, shuffle=True, num_workers=workers,
                                       persistent_workers=True)


def same(label):
    return label


def webdataset_loader(shards, workers, batch_size):
    jets = webdataset.WebDataset(shards, shardshuffle=len(shards)).shuffle(1000).decode("pilrgb").to_tuple("png", "cls")
    return webdataset.WebLoader(jets.map_tuple(STEPS, same).batched(batch_size), batch_size=None, num_workers=workers,
                                persistent_workers=True)


def peer_rate(loader):
    start = time.perf_counter()
    count = sum(len(labels) for _, labels in loader)
    return count / (time.perf_counter() - start)


def our_rates(jetvit, data, arguments, more=()):
    command = [jetvit, "bench", "load", "--data", data, "--threads", str(arguments.workers), "--size", "128",
               "--rotation", "20", "--batch-size", str(arguments.batch_size), "--seconds", "0.5", "--rounds", "3", "--json", *more]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return result["jets_per_second"], result["source"]["jets_per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--batch-size", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", help="file for the result as JSON")
    arguments = parser.parse_args()
    torch.set_num_threads(1)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for part in ("png", "tar"):
            (folder / part).mkdir()
        files = make_images(folder / "png")
        shards = make_shards(files, folder / "tar")

        def prepare(*words):
            subprocess.run([arguments.jetvit, "prepare", *words], check=True, capture_output=True)

        prepare("--train", SAMPLE, "--out", folder / "store")
        prepare(SAMPLE, "--to", "tfrecord", "--out", folder / "records")
        peers = {"torchvision": torchvision_loader(folder / "png", arguments.workers, arguments.batch_size),
                 "webdataset": webdataset_loader(shards, arguments.workers, arguments.batch_size)}
        rates = {"jetvit": [], **{peer: [] for peer in peers}}
        options = {option: [] for option in OPTIONS}
        sources = {"store": folder / "store", "raw Parquet": SAMPLE, "PNG folders": folder / "png",
                   "TFRecords": folder / "records"}
        to_memory = {source: [] for source in sources}
        for loader in peers.values():
            peer_rate(loader)  # starts the workers, fills the page cache
        for _ in range(arguments.rounds):
            for peer, loader in peers.items():
                rates["jetvit"].append(our_rates(arguments.jetvit, folder / "store", arguments)[0])
                rates[peer].append(peer_rate(loader))
            for option, words in OPTIONS.items():
                options[option].append(our_rates(arguments.jetvit, folder / "store", arguments, words)[0])
            for source, data in sources.items():
                to_memory[source].append(our_rates(arguments.jetvit, data, arguments)[1])

    def medians(table):
        return {key: statistics.median(values) for key, values in table.items()}

    middle = medians(rates)
    side_by_side.report({
        "jets_per_second": middle,
        "ratio": {peer: middle["jetvit"] / middle[peer] for peer in peers},
        "spread": side_by_side.spread(rates),
        "jetvit_options": medians(options),
        "jetvit_options_spread": side_by_side.spread(options),
        "to_memory": medians(to_memory),
        "to_memory_spread": side_by_side.spread(to_memory),
        "jets": len(files),
        "workers": arguments.workers,
        "batch_size": arguments.batch_size,
        "rounds": arguments.rounds,
    }, arguments.out)


if __name__ == "__main__":
    main()
