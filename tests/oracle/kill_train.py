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


def digests(run):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in run.glob("*.safetensors")}


def count_calls(command, folder):
    """How often an unbroken run makes each of the calls."""
    log = folder / "strace.txt"
    tiny.check(subprocess.run(["strace", "-f", "-qq", "-e", "trace=" + ",".join(CALLS), "-o", log] + command,
                              capture_output=True, text=True))
    names = re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE)
    return {call: names.count(call) for call in CALLS}


def kill_everywhere(jetvit, store, folder, calls, kills_per_call, *more, **recipe):
    """Number of kills, spread over the calls of a training, that resumed to the bytes of the unbroken one."""
    folder.mkdir()
    whole = folder / "whole"
    counts = count_calls(tiny.train_command(jetvit, store, whole, *more, **recipe), folder)
    assert counts["rename"] >= 6 and counts["fsync"] >= 6, counts
    expected = digests(whole)
    assert {"last.safetensors", "best.safetensors"} <= set(expected), expected
    kills = 0
    for call in calls:
        step = max(1, counts[call] // kills_per_call)
        for place in range(1, counts[call] + 1, step):
            run = folder / f"{call}_{place}"
            inject = f"inject={call}:signal=KILL:when={place}"
            killed = subprocess.run(
                ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
                + tiny.train_command(jetvit, store, run, *more, **recipe), capture_output=True, text=True)
            assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), killed
            tiny.check(tiny.train(jetvit, store, run, *more, "--resume", **recipe))
            assert digests(run) == expected, f"killed at {call} {place}: other weights"
            assert not [path for path in run.iterdir() if path.name not in {
                entry.name for entry in whole.iterdir()}], f"left over in {run}"
            kills += 1
    return kills


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store = tiny.make_store(jetvit, folder)
        kills = kill_everywhere(jetvit, store, folder / "one", CALLS, 6)
        # Renames lie in all three stages and between them.
        staged = kill_everywhere(jetvit, store, folder / "stages", ("rename",), 5, "--set", "train.epochs=1",
                                 recipe="demo/effswin_nano_stages.toml")
        assert {"best_of_stage_1.safetensors", "best_of_stage_2.safetensors"} <= set(digests(folder / "stages/whole"))
    print(f"{kills} kills of a training and {staged} of one in stages, each resumed to the same weights")


if __name__ == "__main__":
    main(sys.argv[1])
