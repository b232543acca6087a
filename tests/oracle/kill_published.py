"""Kills `jetvit prepare --to png` and `--to tfrecord` at every system call that changes a file, and lets each of them fail,
into a new folder and over an old output: what is left at --out is what was there before or the whole new output, and the
next preparation succeeds and leaves nothing else."""
import hashlib
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import tiny_training as tiny

BY_PATH = ("rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "chmod", "fchmodat", "openat")
BY_DESCRIPTOR = ("write", "pwrite64", "fsync", "fdatasync", "syncfs", "ftruncate")
HARMLESS = ("unlink", "unlinkat", "rmdir")  # what cannot be removed goes at the next preparation
FORMATS = {"png": ("--to", "png"), "tfrecord": ("--to", "tfrecord", "--compression", "gzip")}


def prepare(jetvit, raw, out, form):
    return [str(word) for word in (jetvit, "prepare", raw, "--out", out, "--mode", "published", *FORMATS[form], "--overwrite", "--threads", "1")]


def traced(command, log, *more):
    return subprocess.run(["strace", "-f", "-qq", "-e", "trace=" + ",".join(BY_PATH + BY_DESCRIPTOR), "-o", str(log), *more] + command,
                          capture_output=True, text=True, timeout=120)


def changing_calls(log, folder):
    """(call, its number among calls of that name) of the calls that change something below the folder."""
    seen, changing, descriptors = {}, [], set()
    for line in log.read_text().splitlines():
        match = re.match(r"^\d+ +(\w+)\((.*)", line)
        if not match:
            continue
        call, rest = match.groups()
        seen[call] = seen.get(call, 0) + 1
        inside = str(folder) in rest
        if call == "openat":
            descriptor = re.search(r"= (-?\d+)", rest)
            (descriptors.add if inside else descriptors.discard)(descriptor.group(1) if descriptor else "")
            inside = inside and "O_CREAT" in rest
        elif call in BY_DESCRIPTOR:
            inside = rest.split(",")[0].split(")")[0] in descriptors
        if inside:
            changing.append((call, seen[call]))
    return changing


def state(out):
    """A digest of all files; None where nothing stands there."""
    if not out.exists():
        return None
    names = sorted(path.relative_to(out) for path in out.rglob("*"))
    digest = hashlib.sha256("\n".join(map(str, names)).encode())
    for name in names:
        digest.update((out / name).read_bytes() if (out / name).is_file() else b"folder")
    return digest.hexdigest()


class Place:
    """Where a preparation is disturbed: an output in a folder of its own, put back to what `old` holds (or to nothing)."""

    def __init__(self, jetvit, raw, folder, old, form):
        self.folder, self.old, self.target = folder, old, folder / "target"
        self.out = self.target / "deep/out" if old is None else self.target / "out"
        self.command = prepare(jetvit, raw, self.out, form)
        self.reset()
        self.before = state(self.out)
        log = folder / "strace.txt"
        tiny.check(traced(self.command, log))
        self.after = state(self.out)
        assert self.after not in (None, self.before)
        self.changes = changing_calls(log, self.target)

    def reset(self):
        shutil.rmtree(self.target, ignore_errors=True)
        self.target.mkdir()
        if self.old is not None:
            shutil.copytree(self.old, self.out)

    def disturbed(self, call, number, what):
        self.reset()
        return traced(self.command, self.folder / "disturbed.txt", "-e", f"inject={call}:{what}:when={number}")

    def beside(self):
        return sorted(path.name for path in self.out.parent.iterdir()) if self.out.parent.exists() else []

    def check_next(self, where):
        tiny.check(subprocess.run(self.command, capture_output=True, text=True))
        assert state(self.out) == self.after and self.beside() == ["out"], (where, self.beside())


def kill_everywhere(place):
    outcomes = []
    for call, number in place.changes:
        killed = place.disturbed(call, number, "signal=KILL")
        assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), (call, number, killed)
        left = state(place.out)
        assert left in (place.before, place.after), f"killed at {call} {number}: half an output"
        outcomes.append(left == place.after)
        place.check_next(f"killed at {call} {number}")
    assert outcomes == sorted(outcomes), "the new output went away again"
    return outcomes


def fail_everywhere(place, cause):
    for call, number in place.changes:
        done = place.disturbed(call, number, f"error={cause}")
        where, left = (call, number, cause, done.stderr), state(place.out)
        assert "terminate" not in done.stderr and "filesystem error" not in done.stderr, where
        if call in HARMLESS:
            assert done.returncode == 0 and left == place.after, where
        else:
            assert done.returncode == 1 and "jetvit: " in done.stderr and str(place.target) in done.stderr, where
            # The folder beside may fail to become durable after the exchange: then the new output stays.
            assert left in (place.before, place.after), where
            assert place.beside() == ([] if left is None else ["out"]), (where, place.beside())
        place.check_next(where)


def terminate(jetvit, raw, folder, old, form):
    """SIGTERM while the raw file is read: status 143, and everything as before."""
    out = folder / "terminated"
    shutil.copytree(old, out)
    before = state(out), sorted(folder.iterdir())
    stopped = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(raw), "-e", "trace=openat", "-e",
                              "inject=openat:signal=TERM:when=1", *prepare(jetvit, raw, out, form)], capture_output=True, text=True)
    assert stopped.returncode == 128 + signal.SIGTERM and "stopped by signal 15" in stopped.stderr, stopped
    assert (state(out), sorted(folder.iterdir())) == before
    shutil.rmtree(out)


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw = tiny.write_raw(folder / "raw.parquet", jets=3)
        other = tiny.write_raw(folder / "other.parquet", jets=2, seed=2)
        for form in FORMATS:
            old = folder / f"old-{form}"
            tiny.check(subprocess.run(prepare(jetvit, other, old, form), capture_output=True, text=True))
            fresh, over = (Place(jetvit, raw, folder, start, form) for start in (None, old))
            # Both places share the folder that they reset, so that each is disturbed by itself.
            new_kills = kill_everywhere(fresh)
            fail_everywhere(fresh, "ENOSPC")
            over_kills = kill_everywhere(over)
            fail_everywhere(over, "EIO")
            terminate(jetvit, raw, folder, old, form)
            assert len(new_kills) >= 10 and len(over_kills) >= 12, (new_kills, over_kills)
            print(f"{form}: {len(new_kills)} kills and failures into a new folder, {len(over_kills)} over an old output "
                  f"({over_kills.count(False)} left it, {over_kills.count(True)} the new one); every output was whole")


if __name__ == "__main__":
    main(sys.argv[1])
