"""Trainings on several processes, for the tests of those who start them: their settings, their files, their processes."""
import contextlib
import hashlib
import os
import pathlib
import signal
import socket
import uuid

from process_tree import is_running

PARTS = ("--set", "train.deterministic=true", "--set", "train.parts=6")
MARK = "JETVIT_TEST_LAUNCH"  # the environment variable by which a test knows its processes
RANKS = ("RANK", "OMPI_COMM_WORLD_RANK", "SLURM_PROCID")


def digests(run):
    return {name: hashlib.sha256((run / name).read_bytes()).hexdigest() for name in ("best.safetensors", "last.safetensors")}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def environment_of(pid):
    try:
        words = pathlib.Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return {}
    return dict(word.split("=", 1) for word in words if "=" in word)


def marked(mark):
    """The environments of the processes that were started with a mark, by process id."""
    found = {}
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit() and is_running(folder.name):
            environment = environment_of(folder.name)
            if environment.get(MARK) == mark:
                found[int(folder.name)] = environment
    return found


def ranks_of(mark):
    """The process ids of the trainings among them, by rank."""
    ranks = {}
    for pid, environment in marked(mark).items():
        try:
            program = os.path.basename(os.readlink(f"/proc/{pid}/exe"))
        except OSError:
            continue
        rank = next((environment[name] for name in RANKS if name in environment), None)
        if program.startswith("jetvit") and rank is not None:
            ranks[int(rank)] = pid
    return ranks


@contextlib.contextmanager
def launch_mark():
    """A mark for processes that a test starts; those that are left at its end are killed."""
    mark = uuid.uuid4().hex
    try:
        yield mark
    finally:
        for pid in marked(mark):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
