"""Kills a training at its writes, fsyncs and renames, resumes it and asks for the weights of an unbroken run."""
import hashlib
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import tiny_training as tiny

CALLS = ("write", "fsync", "rename")
KILLS_PER_CALL = 6


def digests(run):
    return [hashlib.sha256((run / name).read_bytes()).hexdigest() for name in ("last.safetensors", "best.safetensors")]


def count_calls(command, folder):
    """How often an unbroken run makes each of the calls."""
    log = folder / "strace.txt"
    tiny.check(subprocess.run(["strace", "-f", "-qq", "-e", "trace=" + ",".join(CALLS), "-o", log] + command,
                              capture_output=True, text=True))
    names = re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE)
    return {call: names.count(call) for call in CALLS}


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store = tiny.make_store(jetvit, folder)
        whole = folder / "whole"
        counts = count_calls(tiny.train_command(jetvit, store, whole), folder)
        assert counts["rename"] >= 6 and counts["fsync"] >= 6, counts
        expected = digests(whole)
        kills = 0
        for call, count in counts.items():
            step = max(1, count // KILLS_PER_CALL)
            for place in range(1, count + 1, step):
                run = folder / f"{call}_{place}"
                inject = f"inject={call}:signal=KILL:when={place}"
                killed = subprocess.run(
                    ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
                    + tiny.train_command(jetvit, store, run), capture_output=True, text=True)
                assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), killed
                tiny.check(tiny.train(jetvit, store, run, "--resume"))
                assert digests(run) == expected, f"killed at {call} {place}: other weights"
                assert not [path for path in run.iterdir() if path.name not in {
                    entry.name for entry in whole.iterdir()}], f"left over in {run}"
                kills += 1
    print(f"{kills} kills, each resumed to the same weights ({counts})")


if __name__ == "__main__":
    main(sys.argv[1])
