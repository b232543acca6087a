"""Peak memory of `jetvit prepare` on boosted-top input of any size: it must depend on neither the number of files nor that of
jets, in a file or in a row group, and stay below the limit.

The raw files are the shipped sample's jets in other mixtures and with perturbed pixel values, one jet in a hundred of them
with a NaN. Encoding gigabytes of them would take longer than reading them, so that a few distinct files are encoded and written
many times, with footers of their own: the reader sees a folder of as many files as are asked for. The store, and the published
TFRecords of fewer files, are made of all of them and of an eighth; a store also of one file in row groups of 50 jets and of the
same jets in one group, as pyarrow and pandas write it by default.

  .deps/python/bin/python bench/prepare/memory.py build/release/bin/jetvit [--files 1024] [--jets 300] [--folder /dev/shm]

Prints size, rate and peak resident memory; status 1 where a peak is above --limit (MB) or grows by more than --growth.
"""
import argparse
import json
import multiprocessing
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "data/sample/boosted_top.parquet"
BLOCK = 50  # jets held as dense doubles (a megabyte each) while a file is written


def perturbed_file(sample, path, jets, seed, one_group=False):
    """Row groups of BLOCK jets, or a single one."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    random = np.random.default_rng(seed)
    parts = []
    with pq.ParquetWriter(path, sample.schema, compression="snappy") as writer:
        for begin in range(0, jets, BLOCK):
            rows = random.integers(0, sample.num_rows, min(BLOCK, jets - begin))
            part = sample.take(pa.array(rows))
            values = part["X_jets"].combine_chunks().flatten().to_numpy().copy()
            values[values != 0] *= random.uniform(0.5, 2, np.count_nonzero(values))
            size = len(values) // len(rows)
            for jet in np.flatnonzero(random.random(len(rows)) < 0.01):
                values[jet * size] = np.nan
            offsets = pa.array(np.arange(0, len(values) + 1, size, dtype=np.int32))
            image = pa.ListArray.from_arrays(offsets, pa.array(values)).cast(sample.schema.field("X_jets").type)
            part = part.set_column(part.schema.get_field_index("X_jets"), sample.schema.field("X_jets"), image)
            parts.append(part)
            if not one_group:
                writer.write_table(parts.pop())
        if one_group:
            writer.write_table(pa.concat_tables(parts), row_group_size=jets)


def write_named(content, path, number):
    """A file of the same jets whose footer names another writer: copies are refused."""
    place = content.rindex(b"parquet-cpp")
    writer = b"bench-%05d" % number
    path.write_bytes(content[:place] + writer + content[place + len(writer):])


def make_input(folder, files, jets, distinct, group):
    """In a separate process: a child's peak counts what its parent held when it started."""
    import pyarrow.parquet as pq
    sample = pq.read_table(SAMPLE)
    made = []
    for seed in range(distinct):
        made.append(folder / f"distinct-{seed}.parquet")
        perturbed_file(sample, made[-1], jets, seed)
    for name, count in (("all", files), ("eighth", files // 8)):
        (folder / name).mkdir()
        for number in range(count):
            write_named(made[number % distinct].read_bytes(), folder / name / f"BoostedTop_x1_fixed_{number}.parquet", number)
    for name, one_group in (("small-groups", False), ("one-group", True)):
        perturbed_file(sample, folder / f"{name}.parquet", group, distinct, one_group)


def measure(jetvit, raw, out, *words):
    """The program's summary and its peak resident memory in MB."""
    command = [str(word) for word in (jetvit, "prepare", raw, "--out", out, "--json", *words)]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{command} ended with {process.returncode}")
        output.seek(0)
        return json.loads(output.read()), usage.ru_maxrss * 1024 / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--files", type=int, default=1024)
    parser.add_argument("--jets", type=int, default=300, help="of a file")
    parser.add_argument("--group", type=int, default=2000, help="jets of the one large row group; a megabyte each while it is written")
    parser.add_argument("--distinct", type=int, default=8, help="files with a content of their own")
    parser.add_argument("--folder", default="/dev/shm")
    parser.add_argument("--limit", type=float, default=2000, help="MB")
    parser.add_argument("--growth", type=float, default=1.25, help="peak of all files by that of an eighth, of one row group by that of many")
    options = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        maker = multiprocessing.get_context("spawn").Process(
            target=make_input, args=(folder, options.files, options.jets, options.distinct, options.group))
        maker.start()
        maker.join()
        if maker.exitcode != 0:
            return maker.exitcode
        size = sum(path.stat().st_size for path in (folder / "all").iterdir())
        print(f"{options.files} files of {options.jets} jets, {size / 1e9:.2f} GB")
        few = folder / "few"  # an eighth of the eighth
        few.mkdir()
        for path in sorted((folder / "eighth").iterdir())[:max(1, options.files // 64)]:
            os.link(path, few / path.name)
        for what, inputs, words in (
                ("store", (folder / "eighth", folder / "all"), ()),
                ("store", (folder / "small-groups.parquet", folder / "one-group.parquet"), ()),
                ("TFRecords", (few, folder / "eighth"), ("--mode", "published", "--to", "tfrecord"))):
            peaks = []
            for raw in inputs:
                summary, peak = measure(options.jetvit, raw, folder / "out", *words)
                shutil.rmtree(folder / "out")
                peaks.append(peak)
                print(f"{what} of {raw.stem}: {summary['rows']:,} rows, {summary['skipped']:,} skipped, {summary['jets_per_second']:,.0f} jets/s, "
                      f"peak {peak:.0f} MB", flush=True)
            failed |= max(peaks) > options.limit or peaks[1] > options.growth * peaks[0]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
