"""Preparations of pictures that were interrupted: wherever they were killed, also twice, the same command continues from the
last piece that was finished, and the output is that of a single run, byte for byte; other commands, changed files and
damaged work are refused or discarded with a message that says so. Kills at some of the calls; with --every-call at all."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import interrupted
import mistakes
import small_jets
import tiny_training as tiny

FORMS = {
    "png": ("--mode", "published", "--to", "png", "--batch", "2"),
    "tfrecord": ("--mode", "published", "--to", "tfrecord", "--batch", "3"),
    "floats": ("--to", "tfrecord"),
    "mended png": ("--to", "png"),
}
# Raw files by their jets, and how many of them can be finished before a kill: PNGs are saved after 16 batches, none of which
# spans two files, records after four files.
SIZES = {"png": (6, 44, 5), "tfrecord": (4, 5, 4, 6, 5, 4, 7, 4, 5), "floats": (4, 5, 4, 6, 5, 4, 7, 4, 5), "mended png": (4,) * 18}
FINISHED = {"png": {0, 1}, "tfrecord": {0, 4, 8}, "floats": {0, 4, 8}, "mended png": {0, 15}}
OFTEN = ("write", "openat")  # of calls that every picture makes, some stand for all


def write_raw(folder, sizes):
    """Files of which some rows cannot be used."""
    folder.mkdir()
    for number, jets in enumerate(sizes, 1):
        data = small_jets.columns(jets=jets, seed=number)
        data["y"][number % jets] = None
        if number % 2 and jets > 4:
            data["X_jets"][2] = None
        small_jets.write(folder / f"jets_{number}.parquet", data, row_group_size=5)
    return folder


def contents(folder):
    if not folder.exists():
        return None
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Form:
    """A command that prepares pictures of one form at `out`, and what it makes undisturbed."""

    def __init__(self, jetvit, name, raw, folder):
        self.name, self.raw, self.target = name, raw, folder / name.replace(" ", "-")
        self.target.mkdir()
        self.out, self.log = self.target / "out", folder / "strace.txt"
        self.command = [str(word) for word in (jetvit, "prepare", raw, "--out", self.out, "--threads", "1", "--json", *FORMS[name])]
        assert json.loads(tiny.check(interrupted.traced(self.command, self.log)).stdout)["files_finished_before"] == 0
        self.whole = contents(self.out)
        self.changes = interrupted.changing_calls(self.log, self.target)
        self.reset()

    def reset(self):
        shutil.rmtree(self.target)
        self.target.mkdir()

    def killed(self, call, number, *more):
        """Whether it was killed there; it may have ended before."""
        done = interrupted.traced(self.command + list(more), self.log, "-e", f"inject={call}:signal=KILL:when={number}")
        assert done.returncode in (0, -signal.SIGKILL, 128 + signal.SIGKILL), (call, number, done)
        return done.returncode != 0

    def go_on(self, *more):
        """How many files an earlier run had finished."""
        done = tiny.check(mistakes.run(*self.command, *more))
        assert contents(self.out) == self.whole, f"{self.name}: another output\n{done.stderr}"
        assert [path.name for path in self.target.iterdir()] == ["out"], list(self.target.iterdir())
        return json.loads(done.stdout)["files_finished_before"]


def killed_anywhere(form, every):
    went_on, kills = set(), 0
    often = [change for change in form.changes if change[0] in OFTEN]
    rare = [change for change in form.changes if change[0] not in OFTEN]
    for call, number in form.changes if every else rare[::5] + often[::len(often) // 4]:
        assert form.killed(call, number), (call, number)
        left = contents(form.out)
        assert left in (None, form.whole), f"{form.name}: half an output, killed at {call} {number}"
        if left is None and kills % 3 == 0:
            kills += form.killed(call, max(1, number // 2))  # once more, while it continues
        went_on.add(form.go_on(*(["--overwrite"] if contents(form.out) else [])))
        kills += 1
        form.reset()
    assert went_on <= FINISHED[form.name] and len(went_on) > 1, (form.name, went_on)
    return kills


def killed_over_an_old_output(form, other):
    """The old output stands there until the new one is whole, and is never taken for finished work."""
    tiny.check(mistakes.run(*[other if word == str(form.raw) else word for word in form.command]))
    old = contents(form.out)
    aside = form.target.parent / "old"
    shutil.copytree(form.out, aside)
    tiny.check(interrupted.traced([*form.command, "--overwrite"], form.log))
    end = [change for change in interrupted.changing_calls(form.log, form.target) if change[0] not in OFTEN][-8:-2]
    assert {"rename", "renameat2", "unlink"} <= {call for call, _ in end}, end
    outcomes = []
    for call, number in end:
        shutil.rmtree(form.target)
        form.target.mkdir()
        shutil.copytree(aside, form.out)
        assert form.killed(call, number, "--overwrite")
        outcomes.append(contents(form.out) == form.whole)
        assert outcomes[-1] or contents(form.out) == old
        form.go_on("--overwrite")
    assert outcomes == sorted(outcomes) and len(set(outcomes)) == 2, outcomes
    shutil.rmtree(aside)
    form.reset()
    return len(end)


def stopped(form, file, *more):
    """Stops it with SIGTERM when it begins to read a file."""
    path = form.raw / f"jets_{file}.parquet"
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(path), "-e", "trace=openat", "-e",
                           "inject=openat:signal=TERM:when=4", *form.command, *more], capture_output=True, text=True)
    assert done.returncode == 128 + signal.SIGTERM and "stopped by signal 15" in done.stderr, done
    return done.stderr


def refuse(form, command, *parts):
    before = sorted(form.target.rglob("*"))
    mistakes.expect(mistakes.run(*command), 1, form.out, *parts)
    assert sorted(form.target.rglob("*")) == before


def unfinished_files(form):
    return form.target / ".out.jetvit-unfinished/files"


def stopped_and_changed(form):
    """Finished shards are not made again; another command or changed inputs do not go on from them; damage is found."""
    assert "4 of 9 files are prepared and kept; run the same command again to prepare the rest" in stopped(form, 6)
    first = next(unfinished_files(form).glob("Top_TFRecords_shard_1_*"))
    inode = first.stat().st_ino
    assert not form.out.exists()
    for command, difference in (([*form.command, "--compression", "gzip"], "another --compression"),
                                ([*form.command, "--positive-label", "1"], "another --positive-label"),
                                ([*form.command[:-1], "4"], "another --batch"),
                                ([*form.command[:5], *FORMS["floats"]], "another --mode; another --values; another --compression"),
                                ([*form.command, form.raw / "../raw-png"], "other input files")):
        refuse(form, command, f"unfinished work of another command ({difference}", "finish it first, or use --overwrite to discard it")
    victim = form.raw / "jets_2.parquet"
    content = victim.read_bytes()
    victim.write_bytes(content[:4] + bytes([content[4] ^ 1]) + content[5:])
    refuse(form, form.command, "input files that have changed")
    victim.write_bytes(content)
    done = tiny.check(mistakes.run(*form.command))
    assert "resumes after 4 of 9 files" in done.stderr and contents(form.out) == form.whole
    assert (form.out / first.name).stat().st_ino == inode, "a finished shard was written again"
    for damage in (first.name, "../record.json", "skipped.csv"):
        form.reset()
        stopped(form, 6)
        path = unfinished_files(form) / damage
        content = path.read_bytes()
        path.write_bytes(content[:9] if damage == "skipped.csv" else content[:99] + bytes([content[99] ^ 1]) + content[100:])
        done = tiny.check(mistakes.run(*form.command))
        assert "unfinished work is discarded" in done.stderr and contents(form.out) == form.whole, done.stderr
    form.reset()
    stopped(form, 6)
    done = tiny.check(mistakes.run(*form.command, "--compression", "gzip", "--overwrite"))
    assert "discarded (another --compression)" in done.stderr
    form.reset()


def pictures_that_are_gone(form):
    """PNGs that were finished and are not there any more, or others, are made again."""
    for change in (lambda path: None, lambda path: path.unlink(), lambda path: path.write_bytes(b"short")):
        assert "1 of 3 files and 28 jets of the next are prepared and kept" in full_disk(form)
        change(unfinished_files(form) / "1/0.png")
        done = tiny.check(mistakes.run(*form.command))
        assert contents(form.out) == form.whole and ("resumes after 1 of 3" in done.stderr) != ("is discarded" in done.stderr), done.stderr
        form.reset()


def full_disk(form):
    """The message of a full disk at the tenth picture from the end."""
    creations = [number for call, number in form.changes if call == "openat"]
    done = interrupted.traced(form.command, form.log, "-e", f"inject=openat:error=ENOSPC:when={creations[-10]}")
    assert done.returncode == 1 and "No space left on device" in done.stderr, done
    return done.stderr


def main(jetvit, every=False):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        forms = {name: Form(jetvit, name, write_raw(folder / f"raw-{name}", sizes), folder) for name, sizes in SIZES.items()}
        kills = {name: killed_anywhere(form, every) for name, form in forms.items()}
        over = killed_over_an_old_output(forms["tfrecord"], str(forms["png"].raw / "jets_3.parquet"))
        stopped_and_changed(forms["tfrecord"])
        pictures_that_are_gone(forms["png"])
        print(f"killed {kills} times and {over} times over an old output: every output as of a single run")


if __name__ == "__main__":
    main(sys.argv[1], "--every-call" in sys.argv)
