#!/usr/bin/env python3
"""Trainings that torchrun, mpirun and srun start: the bits of one process, one output, one save when they are asked to stop,
and all end if one is killed."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import slurm
import tiny_training as tiny
from group_runs import MARK, PARTS, digests, environment_of, free_port, launch_mark, ranks_of
from not_run import not_run
from process_tree import is_running, wait_until

LIB = pathlib.Path(tiny.__file__).parent
MORE = (*PARTS, "--set", "train.epochs=12", "--set", "train.save_every_steps=0")


def torchrun(*words, processes=2):
    where = words or ("--standalone",)
    return [sys.executable, str(LIB / "torchrun.py"), "--no-python", *where, "--nproc-per-node", str(processes)]


def mpirun(*words, processes=2):
    return ["mpirun", "--allow-run-as-root", "--oversubscribe", *words, "-np", str(processes)]


def srun(*words, processes=2):
    return ["srun", "--quiet", *words, "--ntasks", str(processes)]


class Launches:
    """Trainings of one launcher."""

    def __init__(self, jetvit, store, folder, launcher, environment, mark):
        self.jetvit, self.store, self.folder, self.launcher = jetvit, store, folder, launcher
        self.environment = {**environment, MARK: mark, "TMPDIR": str(folder)}
        self.mark = mark

    def command(self, run, *more, launcher=None):
        return [*(launcher or self.launcher()), *tiny.train_command(self.jetvit, self.store, run, *more)]

    def finished(self, run, *more, launcher=None):
        done = subprocess.run(self.command(run, *more, launcher=launcher), env=self.environment, capture_output=True, text=True,
                              timeout=300)
        return tiny.check(done)

    def begun(self, run, *more, launcher=None):
        """A training that has finished its first epoch, and its processes by rank."""
        process = subprocess.Popen(self.command(run, *MORE, *more, launcher=launcher), env=self.environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        wait_until(lambda: (run / "best.safetensors").exists(), process)
        ranks = ranks_of(self.mark)
        assert sorted(ranks) == [0, 1], ranks
        return process, ranks

    def same_bits(self, name, *words, processes=2):
        done = self.finished(self.folder / name, *PARTS, launcher=self.launcher(*words, processes=processes))
        assert done.stdout.count("best validation AUC") == 1, done.stdout
        assert done.stderr.count("epoch 1/2") == 1, done.stderr
        assert "[c10d]" not in done.stderr, done.stderr
        assert digests(self.folder / name) == digests(self.folder / "one"), name

    def ended(self, process, ranks, within):
        start = time.monotonic()
        output = process.communicate(timeout=within + 60)
        while any(is_running(pid) for pid in ranks.values()) and time.monotonic() < start + within:
            time.sleep(0.02)
        assert not any(is_running(pid) for pid in ranks.values()), ("a process is left", output)
        assert process.returncode != 0, output
        return output

    def killed(self, name):
        process, ranks = self.begun(self.folder / name)
        os.kill(ranks[1], signal.SIGKILL)
        self.ended(process, ranks, within=30)
        assert json.loads((self.folder / name / "run.json").read_text())["status"] != "finished"

    def asked_to_stop(self, name, ask):
        """All save once, leave together, and go on under another launcher to the bits of one process."""
        run = self.folder / name
        process, ranks = self.begun(run)
        ask(process, ranks)
        self.ended(process, ranks, within=30)
        record = json.loads((run / "run.json").read_text())
        assert record["status"] == "interrupted", record["status"]
        tiny.check(tiny.train(self.jetvit, self.store, run, *MORE, "--resume", "--processes", "2"))
        assert json.loads((run / "run.json").read_text())["resumed_at_step"] == record["result"]["steps"]
        assert digests(run) == digests(self.folder / "one_more"), name


def terminate(process, _):
    process.send_signal(signal.SIGTERM)


def cancel(_, ranks):
    """srun itself would kill its processes at once."""
    environment = environment_of(ranks[0])
    subprocess.run(["scancel", environment["SLURM_JOB_ID"]], env=environment, check=True)


def of_torchrun(launches):
    launches.same_bits("torchrun")
    launches.same_bits("torchrun_static", "--nnodes", "1", "--node-rank", "0", "--master-addr", "127.0.0.1", "--master-port",
                       str(free_port()), processes=3)
    launches.killed("torchrun_killed")
    launches.asked_to_stop("torchrun_stopped", terminate)
    restarted(launches)


def restarted(launches):
    """torchrun starts all of them anew if one is killed: with --resume, they go on."""
    run = launches.folder / "torchrun_restarted"
    first, ranks = launches.begun(run)
    terminate(first, ranks)
    launches.ended(first, ranks, within=30)
    again = launches.command(run, *MORE, "--resume", launcher=torchrun("--standalone", "--max-restarts", "1"))
    process = subprocess.Popen(again, env=launches.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: json.loads((run / "run.json").read_text())["status"] == "running", process)
    os.kill(ranks_of(launches.mark)[1], signal.SIGKILL)
    output = process.communicate(timeout=120)
    assert process.returncode == 0, output
    assert digests(run) == digests(launches.folder / "one_more"), output


def of_mpirun(launches):
    launches.same_bits("new/folder/mpirun")
    launches.same_bits("mpirun_3", processes=3)
    launches.same_bits("mpirun_bound", "--bind-to", "core:overload-allowed")
    launches.killed("mpirun_killed")
    launches.asked_to_stop("mpirun_stopped", terminate)
    launches.asked_to_stop("mpirun_warned", lambda process, _: process.send_signal(signal.SIGUSR1))


def of_srun(launches):
    launches.same_bits("srun")
    launches.same_bits("srun_3", processes=3)
    launches.killed("srun_killed")
    launches.asked_to_stop("srun_stopped", cancel)


def main(jetvit):
    missing = []
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as at_end:
        folder = pathlib.Path(name)
        store = tiny.make_store(jetvit, folder)
        tiny.check(tiny.train(jetvit, store, folder / "one", *PARTS))
        tiny.check(tiny.train(jetvit, store, folder / "one_more", *MORE))
        mark = at_end.enter_context(launch_mark())
        of_torchrun(Launches(jetvit, store, folder, torchrun, os.environ, mark))
        if shutil.which("mpirun"):
            of_mpirun(Launches(jetvit, store, folder, mpirun, os.environ, mark))
        else:
            missing.append("no mpirun (scripts/setup --with-tests)")
        if why := slurm.why_missing():
            missing.append(why)
        else:
            of_srun(Launches(jetvit, store, folder, srun, at_end.enter_context(slurm.slurm()), mark))
    if missing:
        not_run("; ".join(missing))
    print("trainings of torchrun, mpirun and srun are those of one process")


if __name__ == "__main__":
    main(sys.argv[1])
