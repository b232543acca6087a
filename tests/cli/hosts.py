#!/usr/bin/env python3
"""Two hosts, as network namespaces of this machine, that train together: the bits of one process, also where each knows its
own name as 127.0.1.1; what listens, and where; a link that goes down, and comes back."""
import contextlib
import ctypes
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import tiny_training as tiny
from group_runs import MARK, PARTS, digests, launch_mark, ranks_of
from not_run import not_run
from process_tree import wait_until

LIB = pathlib.Path(tiny.__file__).parent
PORT = 29500
LONG = (*PARTS, "--set", "train.epochs=12", "--set", "train.save_every_steps=0")
NAMES = ("jetvit-left", "jetvit-right")
ADDRESSES = ("10.77.0.1", "10.77.0.2")


def run(*words):
    subprocess.run(words, check=True, capture_output=True, text=True)


class Host:
    """A process that keeps namespaces of its own for network, names and mounts, in which others start."""

    def __init__(self, number, folder):
        self.number, self.name, self.address = number, NAMES[number], ADDRESSES[number]
        # Debian's way: a host's own name is at 127.0.1.1.
        own = [f"{address if at != number else '127.0.1.1'} {NAMES[at]}" for at, address in enumerate(ADDRESSES)]
        self.hosts = folder / f"hosts_{number}"
        self.hosts.write_text("\n".join(["127.0.0.1 localhost", *own, ""]))
        setup = f"mount --bind {self.hosts} /etc/hosts && hostname {self.name} && ip link set lo up && echo ready && exec cat"
        self.keeper = subprocess.Popen(["unshare", "--net", "--uts", "--mount", "sh", "-c", setup], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready = self.keeper.stdout.readline()
        if ready != "ready\n":
            self.keeper.kill()
            raise OSError(self.keeper.communicate()[1].strip())

    def words(self, *command):
        return ["nsenter", "--target", str(self.keeper.pid), "--net", "--uts", "--mount", *command]

    def output(self, *command):
        return subprocess.run(self.words(*command), check=True, capture_output=True, text=True).stdout

    def end(self):
        self.keeper.kill()
        self.keeper.communicate()


@contextlib.contextmanager
def two_hosts(folder):
    """Both with the ends of one cable. They go with the processes that keep them, and the cable with them."""
    with contextlib.ExitStack() as at_end:
        hosts = []
        for number in range(2):
            hosts.append(Host(number, folder))
            at_end.callback(hosts[-1].end)
        left, right = hosts
        hosts[0].output("ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", str(right.keeper.pid))
        for host in hosts:
            host.output("ip", "address", "add", f"{host.address}/24", "dev", "cable")
            host.output("ip", "link", "set", "cable", "up")
        yield left, right


def why_impossible(folder):
    missing = [name for name in ("ip", "nsenter", "unshare") if shutil.which(name) is None]
    if missing:
        return f"no {', '.join(missing)} (scripts/setup --with-tests)"
    try:
        with two_hosts(folder):
            return None
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no network namespaces here ({getattr(error, 'stderr', '') or error})"


class Pair:
    """Trainings of one process on each of two hosts."""

    def __init__(self, jetvit, store, folder, hosts, mark):
        self.jetvit, self.store, self.folder, self.hosts, self.mark = jetvit, store, folder, hosts, mark

    def environment(self, **variables):
        return {**os.environ, MARK: self.mark, **{name: str(value) for name, value in variables.items()}}

    def start(self, run_folder, *more, address, **variables):
        processes = []
        for host in self.hosts:
            environment = self.environment(RANK=host.number, WORLD_SIZE=2, LOCAL_RANK=0, LOCAL_WORLD_SIZE=1, MASTER_ADDR=address,
                                           MASTER_PORT=PORT, **variables)
            words = host.words(*tiny.train_command(self.jetvit, self.store, run_folder, *more))
            processes.append(subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))
        return processes

    def start_torchrun(self, run_folder, *more):
        processes = []
        for host in self.hosts:
            words = [sys.executable, str(LIB / "torchrun.py"), "--no-python", "--nnodes", "2", "--nproc-per-node", "1",
                     "--rdzv-backend", "c10d", "--rdzv-id", "7", "--rdzv-endpoint", f"{NAMES[0]}:{PORT}",
                     *tiny.train_command(self.jetvit, self.store, run_folder, *more)]
            processes.append(subprocess.Popen(host.words(*words), env=self.environment(), stdout=subprocess.PIPE,
                                              stderr=subprocess.PIPE, text=True))
        return processes

    def start_mpirun(self, run_folder, *more):
        """Open MPI starts its processes on other hosts with ssh, or another program with the same arguments."""
        shell = self.folder / "shell"
        cases = "\n".join(f'{host.name}) exec {shlex.join(host.words("sh", "-c"))} "$*" ;;' for host in self.hosts)
        shell.write_text(f"#!/bin/sh\nhost=$1\nshift\ncase $host in\n{cases}\nesac\nexit 255\n")
        shell.chmod(0o755)
        hosts = self.folder / "hostfile"
        hosts.write_text("".join(f"{host.name} slots=1\n" for host in self.hosts))
        words = ["mpirun", "--allow-run-as-root", "--mca", "plm_rsh_agent", str(shell), "--hostfile", str(hosts), "-np", "2",
                 *tiny.train_command(self.jetvit, self.store, run_folder, *more)]
        return [subprocess.Popen(self.hosts[0].words(*words), env=self.environment(TMPDIR=self.folder), stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)]


def finished(processes):
    outputs = [process.communicate(timeout=120) for process in processes]
    assert not any(process.returncode for process in processes), outputs
    return outputs


def same_bits(pair):
    for name, address, variables in (("named", NAMES[0], {}), ("numbered", ADDRESSES[0], {}),
                                     ("interface", NAMES[0], {"GLOO_SOCKET_IFNAME": "cable"})):
        outputs = finished(pair.start(pair.folder / name, *PARTS, address=address, **variables))
        assert outputs[0][0].count("best validation AUC") == 1 and outputs[1] == ("", ""), outputs
        assert digests(pair.folder / name) == digests(pair.folder / "one"), name
    for launcher in ("torchrun", *(["mpirun"] if shutil.which("mpirun") else [])):
        outputs = finished(getattr(pair, f"start_{launcher}")(pair.folder / launcher, *PARTS))
        assert sum(output.count("best validation AUC") for output, _ in outputs) == 1, outputs
        assert digests(pair.folder / launcher) == digests(pair.folder / "one"), launcher


def listening(host):
    """The addresses at which something listens, and its program."""
    found = []
    for line in host.output("ss", "--listening", "--tcp", "--numeric", "--processes", "--no-header").splitlines():
        words = line.split()
        found.append((words[3].rsplit(":", 1)[0], words[-1]))
    return found


def listens_there_alone(pair):
    """The store and Gloo listen at the address of the network, and on one host at the loopback."""
    processes = pair.start(pair.folder / "listening", *LONG, address=NAMES[0])
    wait_until(lambda: (pair.folder / "listening/best.safetensors").exists(), processes[0])
    for host, least in zip(pair.hosts, (2, 1)):
        found = [address for address, program in listening(host) if "jetvit" in program]
        assert len(found) >= least and set(found) == {host.address}, listening(host)
    finished(processes)
    left = pair.hosts[0]
    words = tiny.train_command(pair.jetvit, pair.store, pair.folder / "loopback", *LONG, "--processes", "2")
    process = subprocess.Popen(left.words(*words), env=pair.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: (pair.folder / "loopback/best.safetensors").exists(), process)
    found = [address for address, program in listening(left) if "jetvit" in program]
    assert len(found) >= 3 and set(found) == {"127.0.0.1"}, listening(left)
    output = process.communicate(timeout=120)
    assert process.returncode == 0, output


def link_goes_down(pair):
    """Both give up after the time-out, say who they are, and go on from the last checkpoint."""
    minutes = 0.05
    name = pair.folder / "link"
    processes = pair.start(name, *LONG, "--process-timeout", str(minutes), address=NAMES[0])
    wait_until(lambda: (name / "best.safetensors").exists(), processes[0])
    pair.hosts[1].output("ip", "link", "set", "cable", "down")
    start = time.monotonic()
    outputs = [process.communicate(timeout=60) for process in processes]
    seconds = time.monotonic() - start
    assert seconds < 60 * minutes + 10, seconds
    assert [process.returncode for process in processes] == [75, 75], outputs
    for rank, (_, errors) in enumerate(outputs):
        last = errors.strip().splitlines()[-1]
        assert last.startswith(f"jetvit: rank {rank} of 2 ({NAMES[rank]}): another process has ended, or does not answer"), errors
        assert "[c10d]" not in errors, errors
    pair.hosts[1].output("ip", "link", "set", "cable", "up")
    finished(pair.start(name, *LONG, "--resume", address=NAMES[0]))
    assert json.loads((name / "run.json").read_text())["status"] == "finished"
    assert digests(name) == digests(pair.folder / "listening") == digests(pair.folder / "loopback")


def not_connected(pair):
    """Without the link they wait for each other, and end at once when they are asked to stop."""
    pair.hosts[1].output("ip", "link", "set", "cable", "down")
    processes = pair.start(pair.folder / "apart", *PARTS, address=NAMES[0])
    time.sleep(2)
    for process in processes:
        assert process.poll() is None, process.communicate()
    for pid in ranks_of(pair.mark).values():
        os.kill(pid, signal.SIGTERM)
    outputs = [process.communicate(timeout=10) for process in processes]
    assert [process.returncode for process in processes] == [128 + signal.SIGTERM] * 2, outputs
    pair.hosts[1].output("ip", "link", "set", "cable", "up")


def main(jetvit):
    with tempfile.TemporaryDirectory() as name, launch_mark() as mark:
        folder = pathlib.Path(name)
        if why := why_impossible(folder):
            not_run(why)
        store = tiny.make_store(jetvit, folder)
        tiny.check(tiny.train(jetvit, store, folder / "one", *PARTS))
        with two_hosts(folder) as hosts:
            pair = Pair(jetvit, store, folder, hosts, mark)
            same_bits(pair)
            listens_there_alone(pair)
            link_goes_down(pair)
            not_connected(pair)
    if shutil.which("mpirun") is None:
        not_run("no mpirun (scripts/setup --with-tests); the rest passed")
    print("two hosts train as one process, listen to each other alone, and go on after a broken link")


if __name__ == "__main__":
    main(sys.argv[1])
