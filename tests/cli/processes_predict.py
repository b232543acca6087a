#!/usr/bin/env python3
"""Predictions and evaluations on several processes: the same bytes as on one, whoever starts them and whatever they read; and what happens
if one of them is killed, asked to stop, or reads what is damaged."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tiny_training as tiny
from mistakes import expect
from process_tree import ended, ranks_of, wait_until

SHAPE = (3, 125, 125)


def nested(images):
    """Images as lists of lists of lists."""
    column = pa.array(images.reshape(-1))
    for length in reversed(images.shape[1:]):
        column = pa.ListArray.from_arrays(pa.array(np.arange(0, len(column) + 1, length, dtype=np.int32)), column)
    return column


def write_jets(path, jets, seed, group, damaged=()):
    """Raw Parquet in row groups of `group` jets, with weights, integers with nulls and a few unknown labels. damaged: rows with a NaN."""
    random = np.random.default_rng(seed)
    label = random.integers(0, 2, jets)
    images = np.zeros((jets, *SHAPE), np.float32)
    for jet in range(jets):
        spread = 12 if label[jet] else 30
        rows, columns = (62 + random.uniform(-spread, spread, (2, 3, 20))).astype(int)
        for channel in range(3):
            images[jet, channel, rows[channel], columns[channel]] = random.uniform(0.1, 10, 20)
    images[list(damaged), 0, 0, 0] = np.nan
    pq.write_table(
        pa.table({
            "X_jets": nested(images),
            "pt": random.uniform(80, 170, jets),
            "m0": random.uniform(5, 40, jets),
            "y": pa.array([None if row % 11 == 5 else float(value) for row, value in enumerate(label)]),
            "w": random.uniform(0.5, 2, jets),
            "number": pa.array([None if row % 7 == 3 else (1 << 60) + row for row in range(jets)], pa.int64()),
        }), path, row_group_size=group)
    return path


class Inputs:
    """Two runs, a store of several shards, files with small row groups and with a large one, pictures, records."""

    def __init__(self, jetvit, folder):
        files = [write_jets(folder / f"jets_{number}.parquet", 150 + 37 * number, number, 64) for number in range(5)]
        self.store = folder / "store"
        tiny.check(mistakes.run(jetvit, "prepare", *files, "--out", self.store, "--weight-column", "w"))
        shards = json.loads((self.store / "manifest.json").read_text())["shards"]
        assert sum(shard["split"] == "train" for shard in shards) == 5, shards
        self.run, self.other_run = folder / "run", folder / "other_run"
        for run, seed in ((self.run, 1), (self.other_run, 2)):
            tiny.check(tiny.train(jetvit, self.store, run, "--set", "train.epochs=1", "--set", f"train.seed={seed}"))
        self.files = folder / "files"
        self.files.mkdir()
        write_jets(self.files / "a.parquet", 200, 20, 32, damaged=range(64, 97))  # a whole row group, and one row
        write_jets(self.files / "b.parquet", 700, 21, 700)
        write_jets(self.files / "c.parquet", 70, 22, 300)
        self.png, self.records = folder / "png", folder / "records"
        tiny.check(mistakes.run(jetvit, "prepare", files[0], "--to", "png", "--out", self.png))
        tiny.check(mistakes.run(jetvit, "prepare", files[0], "--to", "tfrecord", "--out", self.records))


def same_scores(jetvit, folder, inputs):
    cases = {
        "store": (inputs.store, "--split"),
        "bf16": (inputs.store, "--precision", "bf16"),
        "batches": (inputs.store, "--batch-size", "7"),
        "files": (inputs.files, "--weight-column", "w"),
        "files_bf16": (inputs.files, "--precision", "bf16", "--batch-size", "33"),
        "records": (inputs.records, ),
    }
    for name, (data, *more) in cases.items():
        alone = None
        for processes in (1, 2, 3):
            out = folder / f"{name}_{processes}.parquet"
            done = tiny.check(mistakes.run(jetvit, "predict", inputs.run, "--data", data, "--out", out, "--threads", "1", "--processes", processes, *more))
            said = (re.sub(r" in .* jets/s\)", "", done.stdout).replace(str(out), ""), done.stderr)
            alone = alone or (out.read_bytes(), *said)
            assert out.read_bytes() == alone[0], f"{name}: the scores of {processes} processes differ"
            assert said == alone[1:], (name, said, alone[1:])
            assert done.stdout.count("jets scored") == 1, done.stdout
        scores = pq.read_table(folder / f"{name}_1.parquet")
        assert scores.num_rows > 100 and len(set(scores["score"].to_pylist())) > 50, name
    table = pq.read_table(folder / "files_3.parquet")
    assert table.num_rows == 200 + 700 + 70 - 33 and None in table["number"].to_pylist() and None in table["label"].to_pylist()
    assert pq.read_table(folder / "store_2.parquet")["split"].to_pylist().count("test") > 50


def same_scores_of_pictures(jetvit, folder, inputs):
    """Of class folders of pictures, by a run that was trained on such ones."""
    run = folder / "of_pictures"
    tiny.check(tiny.train(jetvit, inputs.png, run, "--set", "train.epochs=1"))
    for processes in (1, 3):
        tiny.check(mistakes.run(jetvit, "predict", run, "--data", inputs.png, "--out", folder / f"png_{processes}.parquet", "--threads", "1", "--processes", processes))
    assert (folder / "png_1.parquet").read_bytes() == (folder / "png_3.parquet").read_bytes()


def same_evaluation(jetvit, folder, inputs):
    cases = {
        "store": ((inputs.run, inputs.other_run), "--calibrate"),
        "no_baselines": ((inputs.run, ), "--baselines", "0", "--precision", "bf16"),
        "files": ((inputs.run, ), "--data", folder / "jets_0.parquet", "--allow-trained", "--weight-column", "w", "--positive-label", "1"),
    }
    for name, (runs, *more) in cases.items():
        found = {}
        for processes in (1, 2, 3):
            out = folder / f"evaluation_{name}"
            done = tiny.check(mistakes.run(jetvit, "evaluate", *runs, "--out", out, "--threads", "1", "--processes", processes, "--overwrite", *more))
            found[processes] = ({path.name: path.read_bytes() for path in out.iterdir()}, done.stdout, done.stderr)
            assert found[processes] == found[1], f"{name}: the evaluation on {processes} processes differs"
        assert "metrics.json" in found[1][0] and "roc.png" in found[1][0] and found[1][1].count("metrics  ") == 1, found[1][1]
    expect(mistakes.run(jetvit, "evaluate", "--scores", folder / "store_1.parquet", "--out", folder / "measured", "--processes", "2"), 2, "--processes")


def environments(size):
    """Of processes that another program starts: as by hand, and as Open MPI does, which gives no address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    yield "by hand", [{"RANK": rank, "WORLD_SIZE": size, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port} for rank in range(size)]
    yield "Open MPI", [{"OMPI_COMM_WORLD_RANK": rank, "OMPI_COMM_WORLD_SIZE": size, "OMPI_COMM_WORLD_LOCAL_RANK": rank,
                        "OMPI_COMM_WORLD_LOCAL_SIZE": size, "PMIX_NAMESPACE": f"job-{port}@1"} for rank in range(size)]


def together(commands, variables):
    started = [subprocess.Popen([str(word) for word in command], env={**os.environ, **{key: str(value) for key, value in own.items()}},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for command, own in zip(commands, variables)]
    return [(process.communicate(timeout=120), process.returncode) for process in started]


def other_launchers(jetvit, folder, inputs):
    for name, variables in environments(2):
        out = folder / "launched.parquet"
        command = [jetvit, "predict", inputs.run, "--data", inputs.store, "--out", out, "--split", "--threads", "1", "--overwrite"]
        answers = together([command] * 2, variables)
        assert [status for _, status in answers] == [0, 0], (name, answers)
        assert "jets scored" in answers[0][0][0] and answers[1][0] == ("", ""), (name, answers)
        assert out.read_bytes() == (folder / "store_1.parquet").read_bytes(), name
        # Processes that do not see the same files make no scores of both.
        out.unlink()
        copy = folder / "copy"
        shutil.copytree(inputs.other_run, copy, dirs_exist_ok=True)
        for words in ([copy, "--data", inputs.store], [inputs.run, "--data", folder / "other_store"]):
            if not (folder / "other_store").exists():
                tiny.check(mistakes.run(jetvit, "prepare", folder / "jets_1.parquet", "--out", folder / "other_store"))
            other = [jetvit, "predict", *words, "--out", out, "--split"]
            answers = together([command[:-1], other], variables)
            what = "model" if words[0] == copy else "jet store"
            assert [status for _, status in answers] == [1, 1], (name, answers)
            assert f"reads another {what} than rank 0" in answers[0][0][1] and not out.exists(), (name, answers)


def begun(jetvit, inputs, folder, processes=3):
    """A prediction that has begun to write, one batch for each jet."""
    folder.mkdir()
    launcher = subprocess.Popen([str(word) for word in (jetvit, "predict", inputs.run, "--data", inputs.store, "--out", folder / "scores.parquet",
                                                        "--batch-size", "1", "--processes", processes)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: any(folder.iterdir()), launcher)
    ranks = ranks_of(launcher)
    assert sorted(ranks) == list(range(processes)), ranks
    return launcher, ranks


def killed(jetvit, folder, inputs):
    for rank in (0, 2):
        out = folder / f"killed_{rank}"
        launcher, ranks = begun(jetvit, inputs, out)
        os.kill(ranks[rank], signal.SIGKILL)
        errors = ended(launcher, ranks, 128 + signal.SIGKILL, 2)
        messages = [line for line in errors.splitlines() if line.startswith("jetvit: ")]
        assert len(messages) == 1 and f"rank {rank} of 3" in messages[0] and "signal 9 (Killed)" in messages[0], errors
        assert not (out / "scores.parquet").exists() and (rank == 0 or not any(out.iterdir())), list(out.iterdir())
        # The next prediction has the name for itself.
        tiny.check(mistakes.run(jetvit, "predict", inputs.run, "--data", inputs.store, "--out", out / "scores.parquet", "--processes", "2"))
        assert [path.name for path in out.iterdir()] == ["scores.parquet"], list(out.iterdir())


def asked_to_stop(jetvit, folder, inputs):
    for who in ("launcher", 0, 2):
        out = folder / f"asked_{who}"
        launcher, ranks = begun(jetvit, inputs, out)
        os.kill(launcher.pid if who == "launcher" else ranks[who], signal.SIGTERM)
        errors = ended(launcher, ranks, 128 + signal.SIGTERM, 10)
        assert errors.count("jetvit: ") == 1 and not any(out.iterdir()), (errors, list(out.iterdir()))


def damaged_shard(jetvit, folder, inputs):
    """One process alone reads it, or rank 0: all end with one message, which names the shard."""
    shards = [shard["file"] for shard in json.loads((inputs.store / "manifest.json").read_text())["shards"] if shard["split"] == "train"]
    for shard in (shards[0], shards[2]):
        store = folder / "damaged"
        shutil.copytree(inputs.store, store, dirs_exist_ok=True)
        whole = bytearray((store / shard).read_bytes())
        whole[len(whole) // 2] ^= 1
        (store / shard).write_bytes(whole)
        out = folder / "of_damaged"
        out.mkdir(exist_ok=True)
        for command in (["predict", inputs.run, "--data", store, "--out", out / "scores.parquet"],
                        ["evaluate", inputs.run, "--data", store, "--out", out / "evaluation", "--allow-trained"]):
            done = mistakes.run(jetvit, *command, "--processes", "3")
            assert done.returncode == 1 and done.stderr.count("differs from its digest in the manifest") == 1, done.stderr
            assert shard in done.stderr and [line.startswith("jetvit: ") for line in done.stderr.splitlines()].count(True) == 1, done.stderr
            assert not any(out.iterdir()), list(out.iterdir())
        # An error of the output is that of rank 0.
        expect(mistakes.run(jetvit, "predict", inputs.run, "--data", inputs.store, "--out", out / "absent" / "scores.parquet", "--processes", "2"), 1, "absent")


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        inputs = Inputs(jetvit, folder)
        same_scores(jetvit, folder, inputs)
        same_scores_of_pictures(jetvit, folder, inputs)
        same_evaluation(jetvit, folder, inputs)
        other_launchers(jetvit, folder, inputs)
        killed(jetvit, folder, inputs)
        asked_to_stop(jetvit, folder, inputs)
        damaged_shard(jetvit, folder, inputs)
    print("predictions and evaluations on several processes are those of one, and end together")


if __name__ == "__main__":
    main(sys.argv[1])
