#!/usr/bin/env python3
"""Trainings on several processes: the same bits as on one, whoever starts them; and what happens if one of them is killed,
stopped or asked to stop."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import tiny_training as tiny
from group_runs import PARTS, digests, free_port
from mistakes import expect
from process_tree import ended, is_running, ranks_of, wait_until

LONG = (*PARTS, "--set", "train.epochs=500", "--set", "train.save_every_steps=0")


def started(jetvit, store, run, *more, processes=3):
    """A long training that has finished its first epoch, and its processes."""
    words = tiny.train_command(jetvit, store, run, *LONG, "--processes", str(processes), *more)
    launcher = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: (run / "best.safetensors").exists(), launcher)
    ranks = ranks_of(launcher)
    assert sorted(ranks) == list(range(processes)), ranks
    return launcher, ranks


def same_bits(jetvit, store, folder):
    # Several processes leave the images on disk.
    for name, more in (("one", ()), ("disk", ("--images", "disk")), ("two", ("--processes", "2")), ("three", ("--processes", "3")),
                       ("copies", ("--processes", "2", "--images", "memory"))):
        done = tiny.check(tiny.train(jetvit, store, folder / name, *PARTS, *more))
        assert done.stdout.count("best validation AUC") == 1, done.stdout
        assert digests(folder / name) == digests(folder / "one"), name
    record = json.loads((folder / "two/run.json").read_text())
    assert record["status"] == "finished", record
    weights = ("--pretrained", folder / "one/best.safetensors", "--set", "train.seed=2")
    for name, more in (("after_one", ()), ("after_two", ("--processes", "2"))):
        tiny.check(tiny.train(jetvit, store, folder / name, *PARTS, *weights, *more))
    assert digests(folder / "after_two") == digests(folder / "after_one") != digests(folder / "one")


def variables_of_torch(rank, size, port):
    return {"RANK": rank, "WORLD_SIZE": size, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": size, "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": port}


def variables_of_open_mpi(rank, size, port):
    return {"OMPI_COMM_WORLD_RANK": rank, "OMPI_COMM_WORLD_SIZE": size, "OMPI_COMM_WORLD_LOCAL_RANK": rank,
            "OMPI_COMM_WORLD_LOCAL_SIZE": size, "PMIX_NAMESPACE": f"job-{port}@1"}


def variables_of_launchers(jetvit, store, folder):
    """Processes that others start find each other by the variables of torchrun, or through the folder of the run."""
    for name, variables in (("torch", variables_of_torch), ("open_mpi", variables_of_open_mpi)):
        run, port = folder / name, free_port()
        processes = []
        for rank in range(2):
            environment = {**os.environ, **{key: str(value) for key, value in variables(rank, 2, port).items()}}
            processes.append(subprocess.Popen(tiny.train_command(jetvit, store, run, *PARTS), env=environment, stdout=subprocess.PIPE,
                                              stderr=subprocess.PIPE, text=True))
        for process in processes:
            output = process.communicate(timeout=120)
            assert process.returncode == 0, output
        assert digests(run) == digests(folder / "one"), name
    environment = {**os.environ, **{key: str(value) for key, value in variables_of_torch(0, 2, free_port()).items()}}
    done = subprocess.run(tiny.train_command(jetvit, store, folder / "other", "--processes", "3"), env=environment, capture_output=True, text=True)
    expect(done, 2, "--processes 3, but RANK and WORLD_SIZE started 2 processes")


def killed(jetvit, store, folder):
    for rank in (0, 2):
        launcher, ranks = started(jetvit, store, folder / f"killed_{rank}")
        os.kill(ranks[rank], signal.SIGKILL)
        errors = ended(launcher, ranks, 128 + signal.SIGKILL, 2)
        messages = [line for line in errors.splitlines() if line.startswith("jetvit: ")]
        assert len(messages) == 1 and f"rank {rank} of 3" in messages[0] and "signal 9 (Killed)" in messages[0], errors


def stopped(jetvit, store, folder):
    launcher, ranks = started(jetvit, store, folder / "stopped", "--process-timeout", "0.05")
    os.kill(ranks[1], signal.SIGSTOP)
    errors = ended(launcher, ranks, 75, 10)
    assert "rank 1 of 3" in errors and "it is stopped" in errors, errors


def asked_to_stop(jetvit, store, folder):
    """One process is asked, or the launcher: all save once and leave together, and go on in another number."""
    for who in ("launcher", 0, 2):
        run = folder / f"asked_{who}"
        launcher, ranks = started(jetvit, store, run)
        os.kill(launcher.pid if who == "launcher" else ranks[who], signal.SIGTERM)
        ended(launcher, ranks, 128 + signal.SIGTERM, 10)
        record = json.loads((run / "run.json").read_text())
        assert record["status"] == "interrupted", record["status"]
        steps = record["result"]["steps"]
    resumed = subprocess.Popen(tiny.train_command(jetvit, store, run, *LONG, "--resume", "--processes", "2"), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    wait_until(lambda: json.loads((run / "run.json").read_text())["status"] == "running", resumed)
    record = json.loads((run / "run.json").read_text())
    assert record["resumed_at_step"] == steps, record
    resumed.send_signal(signal.SIGTERM)
    resumed.communicate(timeout=60)


def limited(jetvit, store, folder):
    """A limit of time ends all processes as a signal does, however often the run is resumed."""
    run, steps = folder / "limited", [0]
    for more in ((), ("--resume",)):
        done = tiny.train(jetvit, store, run, *LONG, "--processes", "2", "--time-limit", "0.15", *more)
        expect(done, 128 + signal.SIGALRM, "stopped at the time limit")
        record = json.loads((run / "run.json").read_text())
        assert record["status"] == "interrupted" and record["result"]["steps"] > steps[-1], (steps, record)
        assert (record["resumed_at_step"] or 0) == steps[-1], (steps, record)
        steps.append(record["result"]["steps"])


def killed_launcher(jetvit, store, folder):
    launcher, ranks = started(jetvit, store, folder / "launcher")
    launcher.kill()
    launcher.communicate(timeout=60)
    end = time.monotonic() + 5
    while any(is_running(pid) for pid in ranks.values()):
        assert time.monotonic() < end, "a process outlives its launcher"
        time.sleep(0.02)


def refusals(jetvit, store, folder):
    few = ("--set", "train.deterministic=true", "--set", "train.parts=2")
    done = tiny.train(jetvit, store, folder / "few", *few, "--processes", "3")
    expect(done, 2, "train.parts = 2 for 3 processes")
    done = tiny.train(jetvit, folder / "jets.parquet", folder / "raw", "--images", "disk")
    expect(done, 2, "--images disk needs a jet store")
    done = tiny.train(jetvit, store, folder / "one", *PARTS, "--processes", "2")
    expect(done, 1, "holds a finished training", "--overwrite")


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = tiny.make_store(jetvit, folder)
        same_bits(jetvit, store, folder)
        variables_of_launchers(jetvit, store, folder)
        killed(jetvit, store, folder)
        stopped(jetvit, store, folder)
        asked_to_stop(jetvit, store, folder)
        limited(jetvit, store, folder)
        killed_launcher(jetvit, store, folder)
        refusals(jetvit, store, folder)
    print("trainings on several processes are those of one, and end together")


if __name__ == "__main__":
    main(sys.argv[1])
