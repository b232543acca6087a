#!/usr/bin/env python3
"""Signals of people and batch systems: a training saves and can be resumed, reading ends at once; a damaged log ends a training with
a message."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import mistakes
import tiny_training as tiny
from mistakes import expect


def stopped_training(jetvit, store, run, sent):
    """SIGTERM often comes more than once before SIGKILL: it must not cut off the save."""
    process = subprocess.Popen(tiny.train_command(jetvit, store, run, "--set", "train.epochs=500"), stderr=subprocess.PIPE, text=True)
    while not (run / "best.safetensors").exists():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    for _ in range(3):
        process.send_signal(sent)
    assert process.wait(60) == 128 + sent, process.stderr.read()
    record = json.loads((run / "run.json").read_text())
    assert record["status"] == "interrupted", record["status"]
    return record["result"]["steps"]


def resumes(jetvit, store, run, steps):
    process = subprocess.Popen(tiny.train_command(jetvit, store, run, "--resume", "--set", "train.epochs=500"), stderr=subprocess.PIPE)
    while (record := json.loads((run / "run.json").read_text()))["status"] != "running":
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    assert record["resumed_at_step"] == steps, record


def damaged_log(jetvit, store, run):
    log = run / "metrics.jsonl"
    for content in (b"\0" * 100, b"{}\n", b"[" * 100000):
        log.write_bytes(content)
        expect(tiny.train(jetvit, store, run, "--resume", "--set", "train.epochs=500"), 1, "metrics.jsonl")
        assert json.loads((run / "run.json").read_text())["status"] == "failed"


def stopped_reading(jetvit, folder):
    """Half a minute of decoding, cut off."""
    images = np.random.default_rng(1).normal(size=(256, 3 * 125 * 125))
    table = pa.table({"X_jets": pa.FixedSizeListArray.from_arrays(images.ravel(), images.shape[1]), "y": np.arange(256) % 2 * 1.0})
    with pq.ParquetWriter(folder / "large.parquet", table.schema, compression="none", use_dictionary=False) as writer:
        for _ in range(8):
            writer.write_table(table, row_group_size=64)
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        process = subprocess.Popen([jetvit, "inspect", folder / "large.parquet", "--layout", "chw", "--threads", "1"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.3)
        process.send_signal(sent)
        assert process.wait(60) == 128 + sent, process.stderr.read()


def stopped_store(jetvit, folder):
    """The jets of many shards: reading one takes a moment, all of them seconds."""
    (folder / "many").mkdir()
    for number in range(48):
        tiny.write_raw(folder / f"many/{number}.parquet", jets=12, seed=number)
    tiny.check(mistakes.run(jetvit, "prepare", folder / "many", "--out", folder / "many_store"))
    shard = sorted((folder / "many_store").glob("train-*.arrow"))[5]
    for words in (("--verify",), ("--compare", folder / "many_store")):
        stopped = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(shard), "-e", "trace=openat", "-e",
                                  "inject=openat:signal=TERM:when=1", jetvit, "inspect", folder / "many_store", *words, "--threads", "1"],
                                 capture_output=True, text=True)
        assert stopped.returncode == 128 + signal.SIGTERM and stopped.stdout == "", (words, stopped)


def main(jetvit):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store = tiny.make_store(jetvit, folder)
        for sent in (signal.SIGTERM, signal.SIGUSR1, signal.SIGHUP):
            steps = stopped_training(jetvit, store, folder / sent.name, sent)
        resumes(jetvit, store, folder / "SIGHUP", steps)
        damaged_log(jetvit, store, folder / "SIGHUP")
        stopped_reading(jetvit, folder)
        stopped_store(jetvit, folder)
    print("every signal and every damaged log ended as it should")


if __name__ == "__main__":
    main(sys.argv[1])
