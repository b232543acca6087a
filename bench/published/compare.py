"""Compares `jetvit prepare --mode published` with the study's way in Python: pyarrow batches to pandas, nested lists to numpy,
z-scores, clip, 8 bits, and a PNG of every jet by OpenCV (quark-gluon), or OpenCV's resizing and a PNG of every channel
written to a record file (boosted top; without checksums and protobuf, which only helps the peer).

As Python takes minutes for what jetvit does in seconds, it prepares fewer jets. Both write into the same folder, from which
nothing is removed before the end: ext4 does not use an inode again within a minute of its removal, and looks at all that were
removed whenever it creates a file, which slows both sides down tenfold.

  .deps/peers/bin/python bench/published/compare.py build/release/bin/jetvit [--jets 18000] [--rounds 3] [--folder /dev/shm]

Needs pyarrow, pandas, numpy and OpenCV: scripts/setup --with-peers.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import cv2
import numpy
import pyarrow.parquet

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from side_by_side import SAMPLE, make_file, report, spread  # noqa: E402


def stretched(plane):
    largest = plane.max()
    return 255 * plane / largest if largest > 0 else plane


def peer_png(source, folder):
    counts = [0, 0]
    for label in ("0", "1"):
        (folder / label).mkdir(parents=True)
    for batch in pyarrow.parquet.ParquetFile(source).iter_batches(batch_size=4096):
        frame = batch.to_pandas()
        images = numpy.array(numpy.array(numpy.array(frame["X_jets"].tolist()).tolist()).tolist())
        images[images < 1e-3] = 0
        for channel in range(3):
            images[:, channel] = (images[:, channel] - images[:, channel].mean()) / images[:, channel].std()
        for image, label in zip(images, frame["y"].astype(int)):
            for channel in range(3):
                image[channel] = stretched(numpy.clip(image[channel], 0, 500 * image[channel].std()))
            cv2.imwrite(str(folder / str(label) / f"{counts[label]}.png"), image.astype(numpy.uint8).T)
            counts[label] += 1


def peer_records(source, folder):
    folder.mkdir(parents=True)
    with open(folder / "shard.tfrecords", "wb") as out:
        for batch in pyarrow.parquet.ParquetFile(source).iter_batches(batch_size=320):
            frame = batch.to_pandas()
            images = numpy.array(frame["X_jets"].tolist())
            images[images < 1e-3] = 0
            images = images.reshape(-1, 125, 125, 8)
            for channel in range(8):
                planes = images[..., channel]
                planes = (planes - planes.mean()) / planes.std()
                images[..., channel] = numpy.clip(planes, 0, 500 * planes.std(axis=(1, 2))[:, None, None])
            for image in images:
                for channel in range(8):
                    plane = stretched(cv2.resize(stretched(image[..., channel]), (128, 128)))
                    out.write(cv2.imencode(".png", plane.astype(numpy.uint8))[1].tobytes())


def timed(work, folder):
    """Seconds of work(folder), which makes the folder."""
    os.sync()  # what earlier turns left to be written would wait in jetvit's own sync
    start = time.perf_counter()
    work(folder)
    return time.perf_counter() - start


def compare(jetvit, folder, name, sample, peer, options, jets, peer_jets, rounds):
    few, many = folder / f"{name}-few.parquet", folder / f"{name}-many.parquet"
    make_file(few, sample, peer_jets)
    make_file(many, sample, jets)

    def ours(out):
        subprocess.run([jetvit, "prepare", many, "--mode", "published", "--out", out, *options], check=True, stdout=subprocess.DEVNULL)

    rates = {"peer": [], "jetvit": []}
    for turn in range(rounds):  # in turn, so that both see the same machine
        rates["peer"].append(peer_jets / timed(lambda out: peer(few, out), folder / f"{name}-peer-{turn}"))
        rates["jetvit"].append(jets / timed(ours, folder / f"{name}-ours-{turn}"))
    middle = {who: statistics.median(values) for who, values in rates.items()}
    return {"jets_per_second": middle, "spread": spread(rates),
            "ratio": middle["jetvit"] / middle["peer"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--jets", type=int, default=18000, help="quark-gluon jets; a sixth as many boosted-top jets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", help="where to write (default: the folder for temporary files)")
    parser.add_argument("--out", help="file for the result as JSON")
    arguments = parser.parse_args()
    cv2.setNumThreads(os.cpu_count())
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        folder, jets = pathlib.Path(name), arguments.jets
        result = {
            "png": compare(arguments.jetvit, folder, "png", SAMPLE / "quark_gluon_published_layout.parquet", peer_png, ("--to", "png"), jets,
                           max(1, jets // 30), arguments.rounds),
            "tfrecord": compare(arguments.jetvit, folder, "tfrecord", SAMPLE / "boosted_top.parquet", peer_records, ("--to", "tfrecord"), jets // 6,
                                max(1, jets // 60), arguments.rounds),
            "jets": jets,
            "folder": arguments.folder or "on disk",
            "cores": os.cpu_count(),
        }
    report(result, arguments.out)


if __name__ == "__main__":
    main()
