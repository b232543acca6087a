#!/usr/bin/env python3
"""Peak memory of `jetvit prepare` on one row group, as pyarrow and pandas write it by default: it must not grow with the number of
jets in it. 4,000 and 32,000 jets of 5 and 38 MB of compressed pages; a reader that holds them whole grows by 95 MB."""
import multiprocessing
import os
import pathlib
import subprocess
import sys
import tempfile

JETS = 4000
MARGIN = 32  # MB


def write(path, jets):
    """In a process of its own: a child's peak counts what its parent held when it started."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    random = np.random.default_rng(1)
    values = np.where(random.random((jets, 300)) < 0.4, random.exponential(3, (jets, 300)) + 0.01, 0)
    column = pa.array(values.reshape(-1))
    for size in (10, 10, 3):
        column = pa.ListArray.from_arrays(pa.array(np.arange(0, len(column) + 1, size), pa.int32()), column)
    columns = {"X_jets": column, "pt": random.uniform(80, 170, jets), "y": (np.arange(jets) % 2).astype(float)}
    pq.write_table(pa.table(columns), path, data_page_size=64 << 10, row_group_size=jets)


def peak(program, raw, out):
    """Peak resident memory in MB."""
    process = subprocess.Popen([program, "prepare", raw, "--out", out, "--threads", "2"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, raw
    return usage.ru_maxrss * 1024 / 1e6


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        peaks = []
        for jets in (JETS, 8 * JETS):
            raw = folder / f"{jets}.parquet"
            maker = multiprocessing.get_context("spawn").Process(target=write, args=(raw, jets))
            maker.start()
            maker.join()
            assert maker.exitcode == 0
            peaks.append(peak(program, raw, folder / f"store-{jets}"))
    print(f"one row group of {JETS:,} jets: {peaks[0]:.0f} MB, of {8 * JETS:,}: {peaks[1]:.0f} MB")
    assert peaks[1] < peaks[0] + MARGIN, peaks


if __name__ == "__main__":
    main(sys.argv[1])
