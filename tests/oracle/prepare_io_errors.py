"""Lets every system call of `jetvit prepare` that changes a file fail once, with a full disk and with a broken one: status 1
and a message that names the store, the old state kept or the new store whole, nothing left beside it."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import kill_prepare as kill
import tiny_training as tiny

# What fails without harm: left-overs that cannot be removed go at the next preparation.
HARMLESS = ("unlink", "unlinkat", "rmdir")


def fail_everywhere(jetvit, raw, folder, old, cause):
    target = folder / "target"
    store = target / "store"

    def reset():
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        if old is not None:
            shutil.copytree(old, store)

    reset()
    before = kill.state(store)
    log = folder / "strace.txt"
    tiny.check(kill.traced(kill.prepare(jetvit, raw, store), log))
    after = kill.state(store)
    whole = {path.name for path in store.iterdir()}
    count = 0
    for call, number in kill.places(log, target):
        reset()
        old_names = {path.name for path in store.iterdir()} if old is not None else None
        done = kill.traced(kill.prepare(jetvit, raw, store), folder / "failed.txt", "-e",
                           f"inject={call}:error={cause}:when={number}")
        where = (call, number, cause, done.stderr)
        left = kill.state(store)
        if call in HARMLESS:
            assert done.returncode == 0 and left == after, where
            continue
        assert done.returncode == 1 and "jetvit: " in done.stderr and str(target) in done.stderr, where
        assert "terminate" not in done.stderr and "filesystem error" not in done.stderr, where
        # The folder may fail to become durable after the manifest is in place: then the new store stays, and the old shards.
        assert left in (before, after), where
        if left == before:
            names = {path.name for path in store.iterdir()} if store.exists() else None
            assert names == old_names, (where, names, old_names)
        tiny.check(subprocess.run(kill.prepare(jetvit, raw, store), capture_output=True, text=True))
        assert kill.state(store) == after and {path.name for path in store.iterdir()} == whole, where
        count += 1
    return count


def main(jetvit):
    if shutil.which("strace") is None:
        print("strace is missing: nothing tested")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw = tiny.write_raw(folder / "raw.parquet", jets=40)
        other = tiny.write_raw(folder / "other.parquet", jets=40, seed=2)
        old = folder / "old"
        tiny.check(subprocess.run(kill.prepare(jetvit, other, old), capture_output=True, text=True))
        count = fail_everywhere(jetvit, raw, folder, None, "ENOSPC") + fail_everywhere(jetvit, raw, folder, old, "EIO")
        assert count >= 25, count
    print(f"{count} calls that failed: every one reported, no store lost, nothing left")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
