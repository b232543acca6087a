"""Compares `jetvit prepare` with pyarrow + pandas + numpy doing the same: raw Parquet with one row group a jet -> jets
with suppressed pixels, labels and the statistics of each channel, saved.

The peer goes the way of the published notebooks: row group by row group to pandas, nested lists to an array, a
threshold, sums for mean and deviation, float32 arrays saved batch by batch. (Boosted-top images are flat lists, which cost it
less.) As it takes minutes for what jetvit does
in a second, it reads a tenth of the jets. jetvit also reads a file ten times longer, to compare its peak memory.

  .deps/peers/bin/python bench/prepare/compare.py build/release/bin/jetvit [--jets 18000] [--rounds 3] [--layout boosted_top]

Needs pyarrow, pandas and numpy: scripts/setup --with-peers.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import pyarrow.parquet

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))
from side_by_side import SAMPLE, make_file, report, spread  # noqa: E402

THRESHOLD = 1e-3
BATCH = 512


def save(folder, batch, labels, index):
    numpy.savez(folder / f"{index:05}.npz", images=numpy.stack(batch), labels=numpy.array(labels))


def nested(images):
    """An image [channel][row][column] of nested lists."""
    return numpy.array([numpy.stack(channel) for channel in images])


def flat(values):
    """The same of a flat list of eight channels, channels last."""
    return values.reshape(125, 125, 8).transpose(2, 0, 1).copy()


LAYOUTS = {"quark_gluon": ("quark_gluon_published_layout.parquet", nested), "boosted_top": ("boosted_top.parquet", flat)}


def peer(source, folder, to_image):
    folder.mkdir()
    file = pyarrow.parquet.ParquetFile(source)
    count, sums, squares = 0, 0, 0
    batch, labels, saved = [], [], 0
    for group in range(file.num_row_groups):
        frame = file.read_row_group(group).to_pandas()
        for images, label in zip(frame["X_jets"], frame["y"]):
            image = to_image(images)
            image[numpy.abs(image) < THRESHOLD] = 0
            sums += image.sum(axis=(1, 2))
            squares += numpy.square(image).sum(axis=(1, 2))
            count += image[0].size
            batch.append(image.astype(numpy.float32))
            labels.append(label)
        if len(batch) >= BATCH:
            save(folder, batch, labels, saved)
            batch, labels, saved = [], [], saved + 1
    if batch:
        save(folder, batch, labels, saved)
    mean = sums / count
    return mean, numpy.sqrt(squares / count - mean**2)


def ours(jetvit, source, store):
    """Seconds of the whole process, its peak memory in MB and the statistics of the store."""
    os.sync()  # the peer's hundred megabytes, which would wait in jetvit's own fsync
    start = time.perf_counter()
    command = [jetvit, "prepare", source, "--out", store, "--validation-share", "0", "--test-share", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    memory = 0
    # The high-water mark of the program itself: ru_maxrss would count what this script held when it forked.
    while process.poll() is None:
        for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                memory = int(line.split()[1]) / 1024
        time.sleep(0.005)
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit("jetvit prepare failed")
    manifest = json.loads((pathlib.Path(store) / "manifest.json").read_text())
    return seconds, memory, manifest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--layout", choices=LAYOUTS, default="quark_gluon")
    parser.add_argument("--jets", type=int, default=18000, help="a multiple of ten times the sample's 300 (boosted top: 600) jets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--short", action="store_true", help="leave out the file of ten times the jets")
    parser.add_argument("--out", help="file for the result as JSON")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sample, to_image = LAYOUTS[arguments.layout]
        sample = SAMPLE / sample
        tenth, short, long = (folder / f"{name}.parquet" for name in ("tenth", "short", "long"))
        make_file(tenth, sample, arguments.jets // 10)
        make_file(short, sample, arguments.jets)
        rates = {"peer": [], "jetvit": []}
        memory = {}
        if not arguments.short:
            make_file(long, sample, 10 * arguments.jets)
            rates["jetvit, ten times the jets"] = []
        for turn in range(arguments.rounds):
            os.sync()
            start = time.perf_counter()
            mean, deviation = peer(tenth, folder / f"peer-{turn}", to_image)
            rates["peer"].append(arguments.jets // 10 / (time.perf_counter() - start))
            seconds, memory["jets"], manifest = ours(arguments.jetvit, short, folder / f"short-{turn}")
            rates["jetvit"].append(arguments.jets / seconds)
            if not arguments.short:
                seconds, memory["ten times the jets"], _ = ours(arguments.jetvit, long, folder / f"long-{turn}")
                rates["jetvit, ten times the jets"].append(10 * arguments.jets / seconds)
        for channel, expected_mean, expected_deviation in zip(manifest["channels"], mean, deviation):
            channel = channel["statistics"]
            assert abs(channel["mean"] - expected_mean) <= 1e-9 * abs(expected_mean), channel
            assert abs(channel["standard_deviation"] - expected_deviation) <= 1e-9 * expected_deviation, channel
    middle = {who: sorted(values)[len(values) // 2] for who, values in rates.items()}
    result = {
        "layout": arguments.layout,
        "jets": arguments.jets,
        "jets_per_second": middle,
        "spread": spread(rates),
        "ratio": middle["jetvit"] / middle["peer"],
        "peak_memory_mb": memory,
        "cores": os.cpu_count(),
    }
    if not arguments.short:
        result["ratio_on_the_long_file"] = middle["jetvit, ten times the jets"] / middle["peer"]
    report(result, arguments.out)


if __name__ == "__main__":
    main()
