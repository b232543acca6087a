"""Lets system calls by which `inspect --pictures`, `evaluate`, `predict` and `weights` write their output fail as on a full disk: status
1, a message with the system's reason, and the folder as it was before."""
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import interrupted
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tiny_training as tiny

REASON = "No space left on device"


def contents(folder):
    """Digests of all files below the folder, hidden ones too, and the empty folders."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
            for path in folder.rglob("*")}


def fail_at(words, folder, calls, per_call, old=None):
    """Runs the command, which writes below `folder`/target, once undisturbed and then with each of a sample of its calls failing.
    old: a folder with what stands in the target before."""
    target, log = folder / "target", folder / "strace.txt"
    command = [str(word) for word in words]

    def reset():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(old, target) if old else target.mkdir()
        return contents(target)

    before = reset()
    tiny.check(interrupted.traced(command, log))
    after = contents(target)
    assert after != before
    failures = 0
    for call, number in interrupted.sample(interrupted.changing_calls(log, target), calls, per_call):
        done = interrupted.run_with_failure(command, log, target, call, number, "ENOSPC", reset)
        where = (command[1], call, number, done.returncode, done.stderr)
        # Arrow does not pass on why a file could not be closed.
        reason = "clos" if call == "close" else REASON
        assert done.returncode == 1 and reason in done.stderr.splitlines()[-1] and str(target) in done.stderr, where
        assert "terminate" not in done.stderr and "Error writing" not in done.stderr, where
        left = contents(target)
        # A folder may fail to become durable after the whole new output is in place: then that stays.
        assert left == before or (call == "fsync" and left == after), (where, left.keys() ^ before.keys())
        failures += 1
    return failures


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        target = folder / "target"
        raw = tiny.write_raw(folder / "raw.parquet", jets=30)
        pictures = [jetvit, "inspect", raw, "--pictures", target / "pictures", "--threads", "1"]
        count = fail_at(pictures, folder, ("openat", "write", "close", "rename", "syncfs"), 2)
        other = tiny.write_raw(folder / "other.parquet", jets=30, seed=2)
        tiny.check(subprocess.run([jetvit, "inspect", other, "--pictures", folder / "old/pictures"], capture_output=True, text=True))
        count += fail_at([*pictures, "--overwrite"], folder, ("write", "close", "renameat2"), 2, old=folder / "old")

        scores = folder / "scores.parquet"
        label = np.arange(40) % 2
        pq.write_table(pa.table({"score": (np.arange(40) / 40 + label) / 2, "label": label}), scores)
        count += fail_at([jetvit, "evaluate", "--scores", scores, "--out", target / "deep/measured", "--json"], folder,
                         ("write", "close"), 2)
        count += fail_at([jetvit, "weights", "resnet_15", "--set", "channels=3", "--set", "outputs=1", "--out",
                          target / "weights.safetensors"], folder, ("write", "close"), 2)

        store = tiny.make_store(jetvit, folder)
        tiny.check(tiny.train(jetvit, store, folder / "run", "--set", "train.epochs=1"))
        count += fail_at([jetvit, "predict", folder / "run", "--data", store, "--out", target / "scores.parquet", "--threads", "1"],
                         folder, ("write", "close"), 2)
    print(f"{count} failed calls: every one gave the reason, nothing was left, nothing replaced")


if __name__ == "__main__":
    main(sys.argv[1])
