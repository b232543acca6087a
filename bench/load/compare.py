"""Compares loading of augmented jet images with torchvision's ImageFolder and DataLoader, on the same jets.

The sample's training jets are prepared once as a jet store and once as the published notebooks do it: 125 x 125 PNG
files in a folder per class. Both sides then make batches of 128 x 128 images, flipped and rotated by up to 20 degrees
(bilinear), with as many threads as the peer has worker processes, and take turns.

  .deps/peers/bin/python bench/load/compare.py build/release/bin/jetvit [--workers 2] [--rounds 3]

Needs torch, torchvision, pyarrow, numpy and Pillow: scripts/setup --with-peers.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy
import pyarrow.parquet
import torch
from PIL import Image
from torchvision import datasets, transforms

SAMPLE = pathlib.Path(__file__).parents[2] / "data/sample/quark_gluon_train.parquet"


def make_images(folder):
    """One PNG a jet: each channel scaled to its largest value."""
    count = 0
    for batch in pyarrow.parquet.ParquetFile(SAMPLE).iter_batches(64, columns=["X_jets", "y"]):
        values = batch.column(0).flatten().flatten().flatten().to_numpy(zero_copy_only=False)
        for image, label in zip(values.reshape(-1, 3, 125, 125), batch.column(1).to_numpy()):
            top = numpy.maximum(image.max(axis=(1, 2), keepdims=True), 1e-9)
            pixels = numpy.clip(255 * image / top, 0, 255).astype(numpy.uint8)
            place = folder / ("gluon", "quark")[int(label)]
            place.mkdir(exist_ok=True)
            Image.fromarray(pixels.transpose(1, 2, 0)).save(place / f"{count:06}.png")
            count += 1


def peer_loader(folder, workers, batch_size):
    steps = transforms.Compose([
        transforms.Resize((128, 128)),
        transforms.RandomHorizontalFlip(),
        transforms.RandomVerticalFlip(),
        transforms.RandomRotation(20, interpolation=transforms.InterpolationMode.BILINEAR),
        transforms.ToTensor(),
    ])
    return torch.utils.data.DataLoader(datasets.ImageFolder(folder, steps), batch_size, shuffle=True,
                                       num_workers=workers, persistent_workers=True)


def peer_rate(loader):
    start = time.perf_counter()
    count = sum(len(labels) for _, labels in loader)
    return count / (time.perf_counter() - start)


def our_rate(jetvit, store, arguments):
    command = [jetvit, "bench", "load", "--data", store, "--threads", str(arguments.workers), "--size", "128",
               "--rotation", "20", "--batch-size", str(arguments.batch_size)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["jets_per_second"]


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
        folder, store = pathlib.Path(name) / "png", pathlib.Path(name) / "store"
        folder.mkdir()
        make_images(folder)
        subprocess.run([arguments.jetvit, "prepare", "--train", SAMPLE, "--out", store], check=True, capture_output=True)
        loader = peer_loader(folder, arguments.workers, arguments.batch_size)
        peer_rate(loader)  # starts the workers, fills the page cache
        ours, peer = [], []
        for _ in range(arguments.rounds):
            ours.append(our_rate(arguments.jetvit, store, arguments))
            peer.append(peer_rate(loader))
    result = {
        "jetvit_jets_per_second": statistics.median(ours),
        "peer_images_per_second": statistics.median(peer),
        "ratio": statistics.median(ours) / statistics.median(peer),
        "ratios": [mine / theirs for mine, theirs in zip(ours, peer)],
        "workers": arguments.workers,
        "batch_size": arguments.batch_size,
    }
    print(json.dumps(result, indent=1))
    if arguments.out:
        pathlib.Path(arguments.out).write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
