"""Compares loading of augmented jet images with torchvision's ImageFolder and DataLoader.

The peer reads 125 x 125 RGB PNG files (made here: three channels as sparse as jets), resizes them to 128, flips and
rotates them by up to 20 degrees. Ours is given as its rate, from `jetvit bench load --json` on the same machine.

  python bench/load/compare.py --jetvit build/release/bin/jetvit [--workers 2] [--images 4000]

Needs torch, torchvision, numpy and Pillow: scripts/setup --with-peers.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
import time


def make_images(folder, count):
    import numpy
    from PIL import Image

    generator = numpy.random.default_rng(1)
    for index in range(count):
        image = numpy.zeros((125, 125, 3), numpy.uint8)
        for channel, pixels in enumerate((60, 290)):
            spread = generator.random((2, pixels)) * generator.random((2, pixels)) * generator.uniform(-1, 1, (2, pixels))
            row, column = numpy.clip((125 * (0.5 + 0.5 * spread)).astype(int), 0, 124)
            image[row, column, channel] = generator.integers(1, 256, pixels)
        for _ in range(17):
            spread = generator.random(2) * generator.random(2) * generator.uniform(-1, 1, 2)
            row, column = numpy.clip((25 * (0.5 + 0.5 * spread)).astype(int), 0, 24) * 5
            image[row : row + 5, column : column + 5, 2] = generator.integers(1, 256)
        place = folder / ("gluon", "quark")[index % 2]
        place.mkdir(exist_ok=True)
        Image.fromarray(image).save(place / f"{index:06}.png")


def peer_rate(folder, workers, batch_size):
    import torch
    from torchvision import datasets, transforms

    torch.set_num_threads(1)
    steps = transforms.Compose(
        [
            transforms.Resize((128, 128)),
            transforms.RandomHorizontalFlip(),
            transforms.RandomVerticalFlip(),
            transforms.RandomRotation(20),
            transforms.ToTensor(),
        ]
    )
    loader = torch.utils.data.DataLoader(
        datasets.ImageFolder(folder, steps), batch_size, shuffle=True, num_workers=workers, persistent_workers=True
    )
    for _ in loader:  # warm-up: starts the workers, fills the page cache
        pass
    start = time.perf_counter()
    count = sum(len(labels) for _, labels in loader)
    return count / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ours = parser.add_mutually_exclusive_group(required=True)
    ours.add_argument("--jetvit", help="the program, run as: jetvit bench load --threads N --json")
    ours.add_argument("--ours", type=float, help="jets/s measured elsewhere with as many threads as workers")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--images", type=int, default=4000)
    parser.add_argument("--batch-size", type=int, default=256)
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_images(folder, arguments.images)
        peer = peer_rate(folder, arguments.workers, arguments.batch_size)
    rate = arguments.ours
    if rate is None:
        command = [arguments.jetvit, "bench", "load", "--threads", str(arguments.workers), "--json"]
        rate = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["jets_per_second"]
    print(f"torchvision, {arguments.workers} workers: {peer:,.0f} images/s")
    print(f"jetvit, {arguments.workers} threads: {rate:,.0f} jets/s")
    print(f"ratio: {rate / peer:.1f}")


if __name__ == "__main__":
    main()
