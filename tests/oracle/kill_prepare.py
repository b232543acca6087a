"""Kills `jetvit prepare` at every system call that changes a file, into a new folder and over an old store: what is left is
the old state or the whole new store, and the next preparation succeeds and leaves nothing else."""
import hashlib
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import tiny_training as tiny

# openat is traced too, but only those that create a file count: the others change nothing.
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat",
         "ftruncate", "openat")


def prepare(jetvit, raw, store):
    return [str(word) for word in (jetvit, "prepare", raw, "--out", store, "--overwrite", "--threads", "1",
                                   "--test-share", "0")]  # two shards


def traced(command, log, *more):
    return subprocess.run(["strace", "-f", "-qq", "-e", "trace=" + ",".join(CALLS), "-o", str(log), *more] + command,
                          capture_output=True, text=True, timeout=120)


def changing_calls(log, folder):
    """(call, its number among calls of that name) of the calls that change a file below the folder."""
    seen, changing, descriptors = {}, [], set()
    for line in log.read_text().splitlines():
        match = re.match(r"^\d+ +(\w+)\((.*)", line)
        if not match:
            continue
        call, rest = match.groups()
        seen[call] = seen.get(call, 0) + 1
        result = re.search(r"= (-?\d+)", rest)
        if call == "openat":
            inside = str(folder) in rest
            descriptor = result.group(1) if result else ""
            (descriptors.add if inside else descriptors.discard)(descriptor)
            changes = inside and "O_CREAT" in rest
        elif call in ("write", "pwrite64", "fsync", "fdatasync", "ftruncate"):
            changes = rest.split(",")[0].split(")")[0] in descriptors
        else:
            changes = str(folder) in rest
        if changes:
            changing.append((call, seen[call]))
    return changing


def state(store):
    """The fingerprint of a whole store, checked byte by byte; None where there is no store."""
    if not (store / "manifest.json").exists():
        return None
    manifest = json.loads((store / "manifest.json").read_text())
    for shard in manifest["shards"]:
        content = (store / shard["file"]).read_bytes()
        assert len(content) == shard["bytes"] and hashlib.sha256(content).hexdigest() == shard["sha256"], shard
    return manifest["fingerprint"]


class Place:
    """Where the preparation of `raw` is disturbed: a store below a folder of its own, put back to what `old` holds (or to
    nothing) by reset(). Knows the states before and after, and the calls of an undisturbed preparation."""

    def __init__(self, jetvit, raw, folder, store, old):
        self.folder, self.old, self.target = folder, old, folder / "target"
        self.store = self.target / store
        self.command = prepare(jetvit, raw, self.store)
        self.reset()
        self.before, self.old_names = state(self.store), self.listing()
        log = folder / "strace.txt"
        tiny.check(traced(self.command, log))
        self.after = state(self.store)
        self.names = self.listing()
        assert self.after is not None and self.after != self.before
        self.changes = changing_calls(log, self.target)

    def reset(self):
        shutil.rmtree(self.target, ignore_errors=True)
        self.target.mkdir()
        if self.old is not None:
            shutil.copytree(self.old, self.store)

    def listing(self):
        return {path.name for path in self.store.iterdir()} if self.store.exists() else None

    def disturbed(self, call, number, what):
        """A preparation of which one call meets `what`."""
        self.reset()
        return traced(self.command, self.folder / "disturbed.txt", "-e", f"inject={call}:{what}:when={number}")

    def check_next(self, where):
        """The next preparation, undisturbed, makes the new store whole and leaves nothing else."""
        tiny.check(subprocess.run(self.command, capture_output=True, text=True))
        assert state(self.store) == self.after and self.listing() == self.names, where


def two_raw_files(jetvit, folder):
    """A raw file and the store of another."""
    raw = tiny.write_raw(folder / "raw.parquet", jets=40)
    other = tiny.write_raw(folder / "other.parquet", jets=40, seed=2)
    tiny.check(subprocess.run(prepare(jetvit, other, folder / "old"), capture_output=True, text=True))
    return raw, folder / "old"


def kill_everywhere(jetvit, raw, folder, old):
    """Kills the preparation of `raw`; `old` is the store that stands there before, or None."""
    place = Place(jetvit, raw, folder, "deep/store", old)
    outcomes, asked = [], set()
    for call, number in place.changes:
        killed = place.disturbed(call, number, "signal=KILL")
        assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), (call, number, killed)
        left = state(place.store)
        assert left in (place.before, place.after), f"killed at {call} {number}: another store"
        if left not in asked and place.store.exists():  # the program agrees; asked once for each state
            asked.add(left)
            inspected = subprocess.run([jetvit, "inspect", place.store, "--verify"], capture_output=True, text=True)
            assert inspected.returncode == (1 if left is None else 0), inspected
        outcomes.append(left == place.after)
        place.check_next(f"after {call} {number}")
    assert outcomes == sorted(outcomes), "the new store went away again"
    return place.changes, outcomes


def terminate(jetvit, raw, folder, old):
    """SIGTERM while the raw file is read: status 143, and everything as before."""
    store = folder / "terminated"
    shutil.copytree(old, store)
    before = sorted(store.iterdir()), state(store)
    stopped = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(raw), "-e", "trace=openat", "-e",
                              "inject=openat:signal=TERM:when=1", *prepare(jetvit, raw, store)], capture_output=True, text=True)
    assert stopped.returncode == 128 + signal.SIGTERM, stopped
    assert "stopped by signal 15" in stopped.stderr, stopped.stderr
    assert (sorted(store.iterdir()), state(store)) == before


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw, old = two_raw_files(jetvit, folder)
        new_kills, _ = kill_everywhere(jetvit, raw, folder, None)
        over_kills, outcomes = kill_everywhere(jetvit, raw, folder, old)
        terminate(jetvit, raw, folder, old)
        assert len(new_kills) >= 15 and len(over_kills) >= 15, (new_kills, over_kills)
    print(f"{len(new_kills)} kills into a new folder, {len(over_kills)} over an old store ({outcomes.count(False)} left it, "
          f"{outcomes.count(True)} the new one); every store was whole")


if __name__ == "__main__":
    main(sys.argv[1])
