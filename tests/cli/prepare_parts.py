"""Preparation in parts and after interruptions: however the work was divided, and wherever it was killed, the store is the
one of a single run, byte for byte; parts that do not fit together, other commands' unfinished work and second writers are
refused with a message that names them. Kills at a quarter of the calls; with --every-call at all of them."""
import csv
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import interrupted
import mistakes
import small_jets
import tiny_training as tiny

FILES = 5


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def write_raw(folder):
    """Files whose names sort differently by letter and by number; some rows cannot be used."""
    folder.mkdir()
    for number in range(1, FILES + 1):
        data = small_jets.columns(jets=20 + number, seed=number)
        data["y"][number] = None
        if number % 2:
            data["X_jets"][7] = None
        small_jets.write(folder / f'jets_{number * 4},"{number}".parquet', data, row_group_size=6)
    return folder


class Preparer:
    def __init__(self, jetvit, folder):
        self.jetvit, self.folder, self.refused = jetvit, folder, 0

    def run(self, *words, **more):
        return mistakes.run(self.jetvit, "prepare", *words, **more)

    def prepare(self, *words):
        return json.loads(tiny.check(self.run(*words, "--json")).stdout)

    def already_done(self, *words):
        """The same command after the end: success, and nothing is written or removed."""
        before = {path: path.stat() for path in self.folder.rglob("*")}
        summary = self.prepare(*words)
        assert summary["already_done"] and summary["files"] == summary["files_finished_before"] > 0, summary
        assert {path: path.stat() for path in self.folder.rglob("*")}.keys() == before.keys()
        assert all(path.stat().st_mtime_ns == stat.st_mtime_ns for path, stat in before.items() if path.is_file())
        shown = tiny.check(self.run(*words)).stdout
        assert f"already done: {summary['jets']} of {summary['rows']} jets" in shown, shown

    def refuse(self, words, *parts, status=1):
        before = sorted(self.folder.rglob("*"))
        mistakes.expect(self.run(*words), status, *parts)
        assert sorted(self.folder.rglob("*")) == before
        self.refused += 1


def skipped_rows(raw, single):
    """The report lists every row that was left out, and the manifest says how many there were for each reason."""
    manifest = json.loads((single / "manifest.json").read_text())
    report = single / manifest["skipped_report"]["file"]
    with open(report, newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["file"], int(row["row"]), row["reason"]) for row in rows] == [
        (row["file"], row["row"], row["reason"]) for row in manifest["skipped_rows"]]
    assert len(rows) == FILES + 3 and manifest["skipped_reasons"] == {"no finite label y": FILES, "null": 3}, manifest
    names = [source["name"] for source in manifest["sources"]]
    assert names == [str(raw / f'jets_{number * 4},"{number}".parquet') for number in range(1, FILES + 1)], names


def parts_make_the_same_store(preparer, folder, raw, single):
    other_disk = pathlib.Path("/dev/shm") if os.stat("/dev/shm").st_dev != os.stat(folder).st_dev else None
    for parts in (1, 2, 3, FILES):
        with tempfile.TemporaryDirectory(dir=other_disk if parts == 2 else folder) as place:
            made = [pathlib.Path(place) / f"part-{part}" for part in range(1, parts + 1)]
            for part in reversed(range(parts)):
                preparer.prepare(raw, "--shard", f"{part + 1}/{parts}", "--out", made[part], "--threads", part % 2 + 1)
            before = [contents(part) for part in made]
            store = folder / f"merged-{parts}"
            summary = preparer.prepare("--merge", *made[::-1], "--out", store)
            assert contents(store) == contents(single), f"{parts} parts make another store"
            assert [contents(part) for part in made] == before and summary["files"] == FILES
        tiny.check(mistakes.run(preparer.jetvit, "inspect", store, "--verify"))  # also without the parts
    (folder / "many").mkdir()
    for number in range(300):  # more files than groups
        (folder / f"many/{number}.parquet").symlink_to(next(raw.iterdir()))
    preparer.refuse([folder / "many", "--shard", "1/257", "--out", folder / "x"], "300 files make at most 256 parts", status=2)


def parts_that_do_not_fit(preparer, folder, raw, single):
    parts = folder / "parts"
    for part in (1, 2, 3):
        preparer.prepare(raw, "--shard", f"{part}/3", "--out", parts / str(part))
    one, two, three = (parts / str(part) for part in (1, 2, 3))
    out = ("--out", folder / "none")
    preparer.refuse(["--merge", one, three, *out], one, "one of 3 parts, but these are missing: 2")
    preparer.refuse(["--merge", two, *out], "missing: 1, 3")
    preparer.refuse(["--merge", one, two, one, three, *out], one, "is part 1 of 3, and so is")
    preparer.refuse(["--merge", one, two, single, *out], single, "is a complete jet store, not part of one")
    preparer.refuse(["--merge", one, raw, *out], raw, "holds no part of a jet store")
    preparer.refuse(["--merge", one, folder / "absent", *out], "absent: holds no part")
    preparer.already_done("--merge", one, two, three, "--out", single)
    preparer.prepare(raw, "--zero-threshold", "0.01", "--out", folder / "merged-of-other")
    preparer.refuse(["--merge", one, two, three, "--out", two], two, "is part of a jet store", "choose another --out")
    preparer.refuse(["--merge", one, two, three, "--out", "/proc/jetvit/store"], "cannot be created")
    preparer.refuse([raw, "--merge", one, *out], "leave out the raw files", status=2)
    preparer.refuse([raw, "--out", one, "--overwrite"], one, "is part of a jet store", "choose another --out")
    preparer.already_done(raw, "--shard", "1/3", "--out", one)
    preparer.already_done(raw, "--out", single)
    for words, difference in ((["--shard", "2/3"], "another --shard"), (["--shard", "1/4"], "another number of parts"),
                              (["--shard", "1/3", "--zero-threshold", "0.1"], "another --zero-threshold")):
        preparer.refuse([raw, *words, "--out", one], f"{one}: already exists (made by another command: {difference}", "nothing was changed")
    preparer.refuse([raw, "--test-share", "0.5", "--out", single], f"{single}: already exists (made by another command: other splits or shares")
    preparer.refuse(["--merge", one, two, three, "--out", folder / "merged-of-other"], "already exists (made by another command: another --zero-threshold")
    preparer.refuse([raw, "--shard", "1/3", "--out", single, "--overwrite"], single, "is a complete jet store")
    for place in (one, single):  # what a finished part or store lost is not passed over
        shard = next(place.glob("train-*.arrow"))
        shard.rename(folder / "aside")
        words = ["--shard", "1/3"] if place == one else []
        preparer.refuse([raw, *words, "--out", place], shard, "is missing, but the store lists it")
        (folder / "aside").rename(shard)
    for word in ("0/3", "4/3", "3", "1/", "/3", "a/b", "1/3/5", "-1/3", "1/9999999"):
        preparer.refuse([raw, "--shard", word, *out], word, "is not a part", status=2)
    preparer.refuse([raw, "--shard", "1/6", *out], "5 files make at most 5 parts", status=2)
    for form in (("--to", "png"), ("--to", "tfrecord"), ("--mode", "published", "--to", "tfrecord")):
        preparer.refuse([raw, *form, "--shard", "1/2", *out], "--shard and --merge are for jet stores", status=2)
    mistakes.expect(mistakes.run(preparer.jetvit, "inspect", one), 1, one, "is part of a jet store", "--merge")
    for words, difference in ((["--zero-threshold", "0.01"], "another --zero-threshold"), (["--test-share", "0"], "other splits or shares"),
                              (["--positive-label", "1"], "another --positive-label")):
        other = folder / "other-part"
        preparer.prepare(raw, *words, "--shard", "2/3", "--out", other)
        preparer.refuse(["--merge", one, other, three, *out], other, "belongs to a different store", difference)
        shutil.rmtree(other)
    for shard, word in (("2/5", "another number of parts"), ("2/2", "another number of parts")):
        preparer.prepare(raw, "--shard", shard, "--out", other)
        preparer.refuse(["--merge", one, other, three, *out], other, word)
        shutil.rmtree(other)
    changed = folder / "changed"
    shutil.copytree(raw, changed)
    preparer.prepare(changed, "--shard", "2/3", "--out", other)
    preparer.refuse(["--merge", one, other, three, *out], other, "other input files")
    damaged_parts(preparer, (one, two, three), out)


def damaged_parts(preparer, parts, out):
    one, two, three = parts
    whole = contents(two)
    for name, content in whole.items():
        for what, damaged in (("cut", content[:-2]), ("flipped", content[:40] + bytes([content[40] ^ 1]) + content[41:]), ("empty", b"")):
            (two / name).write_bytes(damaged)
            preparer.refuse(["--merge", *parts, *out], two / name)
        (two / name).unlink()
        preparer.refuse(["--merge", *parts, *out], two)
        (two / name).write_bytes(content)
    record = json.loads(whole["part.json"])
    for edit in (lambda it: it["shards"][0].update(file="../../etc/passwd"), lambda it: it.update(version=9),
                 lambda it: it["command"].update(part=7), lambda it: it.update(state={}), lambda it: it.update(format="store")):
        changed = json.loads(json.dumps(record))
        edit(changed)
        (two / "part.json").write_text(json.dumps(changed))
        preparer.refuse(["--merge", *parts, *out], two)
    (two / "part.json").write_bytes(whole["part.json"])
    preparer.prepare("--merge", *parts, *out)
    shutil.rmtree(out[1])


def killed_anywhere(preparer, folder, raw, every):
    """Killed at its file-changing calls: the same command continues and makes the same store."""
    target = folder / "killed"
    target.mkdir()
    store = target / "store"
    files = sorted(raw.iterdir(), key=number_of)[1:4]
    command = [str(word) for word in (preparer.jetvit, "prepare", *files, "--out", store, "--test-share", "0", "--validation-share", "0",
                                      "--threads", "1", "--json")]
    log = folder / "strace.txt"
    tiny.check(interrupted.traced(command, log))
    undisturbed = contents(store)
    went_on = set()
    changes = interrupted.changing_calls(log, target)[::1 if every else 4]
    for call, number in changes:
        shutil.rmtree(store, ignore_errors=True)
        killed = interrupted.traced(command, log, "-e", f"inject={call}:signal=KILL:when={number}")
        assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), killed
        whole = (store / "manifest.json").exists()
        again = tiny.check(mistakes.run(*command))
        assert json.loads(again.stdout)["already_done"] == whole, again
        went_on.add(json.loads(again.stdout)["files_finished_before"])
        assert contents(store) == undisturbed, f"killed at {call} {number}"
    assert went_on == {0, 1, 2, 3}, went_on
    shutil.rmtree(target)
    return len(changes)


def number_of(path):
    return int(re.search(r"_(\d+)", path.name)[1])


def stopped(preparer, store, raw, *words):
    """Stops a preparation with SIGTERM when it reads the fourth file."""
    fourth = sorted(raw.iterdir(), key=number_of)[3]
    command = [str(word) for word in (preparer.jetvit, "prepare", raw, "--out", store, "--threads", "1", *words)]
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-P", str(fourth), "-e", "trace=openat", "-e",
                           "inject=openat:signal=TERM:when=4", *command], capture_output=True, text=True)
    assert done.returncode == 128 + signal.SIGTERM and "stopped by signal 15" in done.stderr, done
    assert "3 of 5 files are prepared and kept; run the same command again to prepare the rest" in done.stderr, done.stderr
    return command


def interrupted_and_changed(preparer, folder, raw, single):
    """Finished files stay as they are; another command, or changed inputs, do not go on from them."""
    store = folder / "stopped"
    command = stopped(preparer, store, raw)
    kept = {path.name: path.stat().st_ino for path in store.iterdir() if path.suffix == ".arrow"}
    assert len(kept) >= 3
    mistakes.expect(mistakes.run(preparer.jetvit, "inspect", store), 1, store, "is an unfinished jet store")
    preparer.refuse([raw, "--zero-threshold", "1", "--out", store], store, "unfinished work of another command (another --zero-threshold)",
                    "--overwrite")
    preparer.refuse([raw, "--test-share", "0", "--out", store], "other splits or shares")
    victim = next(raw.iterdir())
    content = victim.read_bytes()
    victim.write_bytes(content[:4] + bytes([content[4] ^ 1]) + content[5:])
    preparer.refuse([raw, "--out", store], "input files that have changed")
    victim.write_bytes(content)
    again = tiny.check(mistakes.run(*command))
    assert "resumes after 3 of 5 files" in again.stderr and contents(store) == contents(single)
    assert {name: (store / name).stat().st_ino for name in kept} == kept, "finished shards were written again"

    # --overwrite discards another command's work, damage is found and discarded, and the old store stays until the end.
    other = preparer.prepare(raw, "--zero-threshold", "1", "--out", folder / "other-store")
    for damage in ("manifest", "", "shard"):  # "shard" finds the other store, which shares no shard
        stopped(preparer, store, raw, "--overwrite")
        if damage:
            old = json.loads((store / "manifest.json").read_text())["shards"]  # shards that both name are read by both
            path = store / "unfinished.json"
            if damage == "shard":
                path = sorted(set(store.glob("*.arrow")) - {store / shard["file"] for shard in old})[0]
            content = path.read_bytes()
            path.write_bytes(content[:99] + bytes([content[99] ^ 1]) + content[100:])
        done = preparer.run(raw, *(() if damage else ("--zero-threshold", "1")), "--out", store, "--overwrite")
        assert "unfinished work is discarded" in tiny.check(done).stderr, done
        assert contents(store) == contents(single if damage else folder / "other-store"), damage
    assert other["files_finished_before"] == 0
    shutil.rmtree(store)
    part = folder / "stopped-part"  # parts go on as well
    command = stopped(preparer, part, raw, "--shard", "1/1")
    tiny.check(mistakes.run(*command))
    preparer.prepare("--merge", part, "--out", store)
    assert contents(store) == contents(single)


def full_disk(preparer, folder, raw, single):
    """What was finished before the disk was full stays; with more room the same command continues."""
    with mistakes.small_disk(folder) as disk:
        if disk is None:
            return "not mountable"
        def leave(pages):
            state = os.statvfs(disk)
            (disk / "filler").write_bytes(bytes((state.f_bavail - pages) * state.f_frsize))

        store = disk / "store"
        pages = sum(-(-len(content) // 4096) for content in contents(single).values())
        leave(pages // 2 + 4)
        done = preparer.run(raw, "--out", store)
        mistakes.expect(done, 1, store, "No space left on device")
        assert "files are prepared and kept" in done.stderr, done.stderr
        (disk / "filler").unlink()
        assert preparer.prepare(raw, "--out", store)["files_finished_before"] > 0
        assert contents(store) == contents(single)
        part = folder / "disk-part"
        preparer.prepare(raw, "--shard", "1/1", "--out", part)
        leave(3)
        preparer.refuse(["--merge", part, "--out", disk / "merged"], "No space left on device")
    return "tested"


def one_writer(preparer, folder, raw):
    """Of two writers at one place one wins; the other names it. The file of a killed one is taken over."""
    forms = {"store": (), "png": ("--to", "png"), "tfrecord": ("--to", "tfrecord")}
    here = f"process {os.getpid()} on host {socket.gethostname()}"
    for form, words in forms.items():
        out = folder / f"raced-{form}"
        lock = folder / f".raced-{form}.jetvit-lock"
        if form == "store":
            out.mkdir()
            lock = out / ".jetvit-lock"
        with open(lock, "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(f"{os.getpid()} {socket.gethostname()}\n")
            file.flush()
            preparer.refuse([raw, *words, "--out", out], out, "another preparation is writing to it", here)
        # The lock is gone; the file says what a killed process left. A file system without locks goes by it.
        command = [str(word) for word in (preparer.jetvit, "prepare", raw, *words, "--out", out)]
        no_locks = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", "inject=flock:error=ENOLCK", *command]
        mistakes.expect(mistakes.run(*no_locks), 1, here)
        lock.write_text("71 elsewhere\n")
        mistakes.expect(mistakes.run(*no_locks), 1, "process 71 on host elsewhere", "if it is gone, remove", lock.name)
        lock.write_text(f"2147483647 {socket.gethostname()}\n")
        tiny.check(mistakes.run(*no_locks))
        assert not lock.exists() and out.exists()
        for trial in range(8):
            shutil.rmtree(out)
            racers = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
            messages = [racer.communicate()[1] for racer in racers]
            assert 0 in [racer.returncode for racer in racers], messages
            for message, racer in zip(messages, racers):  # the loser may come so late that it finds all done
                refused = "another preparation is writing to it (process" in message or "already exists" in message
                assert racer.returncode == (1 if refused else 0), message
        assert not lock.exists()
        assert not [path for path in folder.iterdir() if "jetvit-" in path.name], list(folder.iterdir())


def main(jetvit, every=False):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        preparer = Preparer(jetvit, folder)
        raw = write_raw(folder / "raw")
        single = folder / "single"
        preparer.prepare(raw, "--out", single)
        skipped_rows(raw, single)
        parts_make_the_same_store(preparer, folder, raw, single)
        parts_that_do_not_fit(preparer, folder, raw, single)
        kills = killed_anywhere(preparer, folder, raw, every)
        interrupted_and_changed(preparer, folder, raw, single)
        disk = full_disk(preparer, folder, raw, single)
        one_writer(preparer, folder, raw)
        print(f"{preparer.refused} mistakes refused, {kills} kills survived, every store as of a single run (full tmpfs: {disk})")


if __name__ == "__main__":
    main(sys.argv[1], "--every-call" in sys.argv)
