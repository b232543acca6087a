"""Runs a program that writes an output, and stops it or lets a system call fail at a chosen place (strace's injection)."""
import re
import shutil
import signal
import subprocess

import tiny_training as tiny
from strace_log import calls_in

BY_PATH = ("rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "chmod", "fchmodat", "openat")
BY_DESCRIPTOR = ("write", "pwrite64", "fsync", "fdatasync", "syncfs", "ftruncate", "close")
HARMLESS = ("unlink", "unlinkat", "rmdir")  # what cannot be removed goes at the next run


def traced(command, log, *more):
    return subprocess.run(["strace", "-f", "-qq", "-e", "trace=" + ",".join(BY_PATH + BY_DESCRIPTOR), "-o", str(log), *more] + command,
                          capture_output=True, text=True, timeout=120)


def changing_lines(log, folder):
    """(call, its number among calls of that name in its thread, as strace counts, the rest of its line) of the calls that change something below
    the folder. To close a file is one where it was written: a network file system reports only then that the disk is full."""
    seen, descriptors, written = {}, set(), set()
    for thread, call, rest, _ in calls_in(log.read_text().splitlines()):
        seen[thread, call] = seen.get((thread, call), 0) + 1
        inside = str(folder) in rest
        if call == "openat":  # changes something only where it creates a file
            descriptor = re.search(r"= (-?\d+)", rest)
            descriptor = descriptor.group(1) if descriptor else ""
            (descriptors.add if inside else descriptors.discard)(descriptor)
            is_written = inside and "O_WRONLY" in rest
            (written.add if is_written else written.discard)(descriptor)
            inside = inside and "O_CREAT" in rest
        elif call == "close":
            inside = rest.split(")")[0] in written
            written.discard(rest.split(")")[0])
        elif call in BY_DESCRIPTOR:
            inside = rest.split(",")[0].split(")")[0] in descriptors
        if inside:
            yield call, seen[thread, call], rest


def changing_calls(log, folder):
    return [(call, number) for call, number, _ in changing_lines(log, folder)]


def run_with_failure(command, log, folder, call, number, cause, reset):
    """Runs the command, of which that call fails and changes something below the folder. Threads share the work differently each time, so that the
    same number may be the call of another file: such a run shows nothing but where the call is now, and is made again. reset() goes before each
    run."""
    for _ in range(20):
        reset()
        done = traced(command, log, "-e", f"inject={call}:error={cause}:when={number}")
        lines = list(changing_lines(log, folder))
        if any("(INJECTED)" in rest for _, _, rest in lines):
            return done
        number = min((seen for made, seen, _ in lines if made == call), key=lambda seen: abs(seen - number), default=number)
    raise AssertionError(f"{call} changed something in the first run; in none of twenty since it could be hit (the last try: {number})")


def names_taken_before(log, call, number, name):
    """How often a file of that name had been renamed into place when the first thread came to this call."""
    seen, taken = {}, 0
    for thread, made, rest, _ in calls_in(log.read_text().splitlines()):
        if made == call:
            seen[thread] = seen.get(thread, 0) + 1
            if seen[thread] == number:
                return taken
        taken += made == "rename" and f'/{name}")' in rest
    raise AssertionError(f"there is no {call} {number} in {log}")


def sample(changes, calls, per_call):
    """Of these changing calls, those named `calls`, about `per_call` of each, the first and the last among them."""
    for call in calls:
        numbers = [number for name, number in changes if name == call]
        assert numbers, f"no {call} changed anything"
        step = max(1, (len(numbers) - 1) // max(1, per_call - 1))
        for number in sorted({*numbers[::step], numbers[-1]}):
            yield call, number


class Place:
    """Where a program is disturbed: an output in a folder of its own, put back by reset() to what `old` holds (or to
    nothing). Knows the states before and after, and the file-changing calls of an undisturbed run."""

    def __init__(self, make_command, state, folder, old):
        self.folder, self.old, self.state, self.target = folder, old, state, folder / "target"
        self.out = self.target / "deep/out" if old is None else self.target / "out"
        self.command = make_command(self.out)
        self.reset()
        self.before, self.old_listing = state(self.out), self.names(self.out)
        log = folder / "strace.txt"
        tiny.check(traced(self.command, log))
        self.after, self.listing = state(self.out), self.names(self.out)
        assert self.after not in (None, self.before)
        self.changes = changing_calls(log, self.target)

    def reset(self):
        shutil.rmtree(self.target, ignore_errors=True)
        self.target.mkdir()
        if self.old is not None:
            shutil.copytree(self.old, self.out)

    def killed(self, call, number):
        self.reset()
        return traced(self.command, self.folder / "killed.txt", "-e", f"inject={call}:signal=KILL:when={number}")

    @staticmethod
    def names(folder):
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def siblings(self):
        return self.names(self.out.parent)

    def check_next(self, where):
        """The next run, undisturbed, makes the new output whole and leaves nothing else."""
        tiny.check(subprocess.run(self.command, capture_output=True, text=True))
        assert self.state(self.out) == self.after and self.names(self.out) == self.listing, where
        assert self.siblings() == ["out"], (where, self.siblings())

    def kill_everywhere(self, look=lambda left: None):
        """Kills it at each of its file-changing calls: what is left is the old output or the whole new one. Returns for
        each kill whether it was the new one; look(state) is called with what each kill left."""
        outcomes, reached = [], {False: [0], True: []}
        for call, number in self.changes:
            killed = self.killed(call, number)
            assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), (call, number, killed)
            left = self.state(self.out)
            assert left in (self.before, self.after), f"killed at {call} {number}: half an output"
            look(left)
            outcomes.append(left == self.after)
            # Threads share the work differently each time: how far it came shows in its own calls.
            reached[outcomes[-1]].append(len(changing_calls(self.folder / "killed.txt", self.target)))
            self.check_next(f"killed at {call} {number}")
        assert reached[True] and max(reached[False]) <= min(reached[True]), ("the new output went away again", reached)
        return outcomes

    def fail_everywhere(self, cause):
        """Lets each of its file-changing calls fail: status 1 and a message that names the place, nothing left over.
        Returns how many did harm."""
        harm = 0
        for call, number in self.changes:
            done = run_with_failure(self.command, self.folder / "failed.txt", self.target, call, number, cause, self.reset)
            where, left = (call, number, cause, done.stderr), self.state(self.out)
            assert "terminate" not in done.stderr and "filesystem error" not in done.stderr, where
            if call in HARMLESS:
                assert done.returncode == 0 and left == self.after, where
            else:
                harm += 1
                assert done.returncode == 1 and "jetvit: " in done.stderr and str(self.target) in done.stderr, where
                # A folder may fail to become durable after the new output is in place: then that stays.
                assert left in (self.before, self.after), where
                assert self.siblings() == ([] if left is None else ["out"]), (where, self.siblings())
                if left == self.before:
                    assert self.names(self.out) == self.old_listing, (where, self.names(self.out), self.old_listing)
            self.check_next(where)
        return harm


def terminate(make_command, state, raw, folder, old):
    """SIGTERM while the raw file is read: status 143, and everything as before."""
    out = folder / "terminated"
    shutil.copytree(old, out)
    before = state(out), sorted(folder.iterdir())
    stopped = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(raw), "-e", "trace=openat", "-e",
                              "inject=openat:signal=TERM:when=1", *make_command(out)], capture_output=True, text=True)
    assert stopped.returncode == 128 + signal.SIGTERM and "stopped by signal 15" in stopped.stderr, stopped
    assert (state(out), sorted(folder.iterdir())) == before
    shutil.rmtree(out)
