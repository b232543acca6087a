#!/usr/bin/env python3
"""What surrounds a command: a standard output that is full, no folder for temporary files, names that would steer a terminal,
names that are not UTF-8, pipes in place of files."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unicodedata

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import pyarrow as pa
import pyarrow.parquet as pq

import mistakes
import tiny_training as tiny
from mistakes import expect

# Escape, bell, C1 control sequence introducer, right-to-left override, isolate, line separator.
FORGED = "jetvit: all is well"
HOSTILE = f"\x1b[2J\x07\x9b31m\u202egnp\u2066\u2028\u200b\u00ad\U000e0041\n{FORGED}\t"
UNSAFE = {chr(code) for code in [*range(0x20), *range(0x7f, 0xa0), 0xad, 0x61c, *range(0x200b, 0x2010), *range(0x2028, 0x202f),
                                 *range(0x2060, 0x2070), 0xfeff, *range(0xe0000, 0xe1000)]} - {"\n", "\t"}
# Format characters of Unicode but the Prepended_Concatenation_Marks, which are visible.
VISIBLE = {*range(0x600, 0x606), 0x6dd, 0x70f, 0x890, 0x891, 0x8e2, 0x110bd, 0x110cd}
INVISIBLE = {chr(code) for code in set(range(0x110000)) - VISIBLE if unicodedata.category(chr(code)) == "Cf"}


def full_output(jetvit, folder):
    raw = folder / "jets.parquet"
    for words in (["models"], ["--help"], ["train", "--help"], ["version"], ["completion", "bash"], ["models", "--json"],
                  ["inspect", raw], ["inspect", raw, "--json"], ["inspect", folder / "store"], ["describe", "vit_nano"],
                  ["bench", "prepare", raw, "--steps", "decode", "--seconds", "0", "--rounds", "1"],
                  ["weights", "vit_nano", "--out", folder / "written.safetensors"]):
        with open("/dev/full", "w") as full:
            done = subprocess.run([jetvit, *map(str, words)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
        assert done.returncode == 1 and "standard output cannot be written (No space left on device)" in done.stderr, (words, done)


def no_temporary_folder(jetvit, folder):
    environment = dict(os.environ, TMPDIR=str(folder / "missing"))
    for words in (["--help"], ["models"], ["inspect", folder / "jets.parquet"], ["train", "--help"]):
        tiny.check(mistakes.run(jetvit, *words, env=environment))
    done = mistakes.run(jetvit, "bench", "prepare", folder / "jets.parquet", "--rounds", "1", env=environment)
    expect(done, 1, folder / "missing")


def names(jetvit, folder):
    """No command shows a character that steers the terminal or is invisible, nor a line that a name forged; JSON keeps the names."""
    table = pq.read_table(folder / "jets.parquet")
    raw = folder / f"{HOSTILE}.parquet"
    ones = pa.array([1.0] * len(table))
    unseen = "".join(sorted(INVISIBLE))
    pq.write_table(table.append_column(HOSTILE, ones).append_column(unseen, ones), raw)
    store = folder / f"store{HOSTILE}"
    for words in (["inspect", raw], ["prepare", raw, "--out", store], ["inspect", store], ["inspect", folder / HOSTILE],
                  ["inspect", raw, "--label-column", HOSTILE], ["inspect", raw, "--compare", folder / "jets.parquet"],
                  ["train", folder / HOSTILE, "--data", store, "--out", folder / "run"], [HOSTILE], ["inspect", f"--{HOSTILE}"],
                  ["describe", HOSTILE], ["weights", HOSTILE, "--out", folder / "w"], ["inspect", raw, "--json"],
                  ["weights", "vit_nano", "--set", f"{HOSTILE}=1", "--out", folder / "w"]):
        done = subprocess.run([jetvit, *map(str, words)], capture_output=True, timeout=300)
        shown = (done.stdout + done.stderr).decode()  # UTF-8, or an error
        assert not (UNSAFE | INVISIBLE) & set(shown), (words, shown)
        assert not any(line.startswith(FORGED) for line in shown.splitlines()), (words, shown)
        assert done.returncode in (0, 1, 2), (words, shown)
    observers = json.loads(tiny.check(mistakes.run(jetvit, "inspect", raw, "--json")).stdout)["observers"]
    assert observers == ["pt", "m0", HOSTILE, unseen], observers


def bytes_of_names(jetvit, folder):
    """Linux names are bytes: one that is not UTF-8 is read, and named in JSON as far as JSON can."""
    raw = os.fsencode(folder) + b"/caf\xe9.parquet"
    os.link(folder / "jets.parquet", raw)
    store = os.fsencode(folder) + b"/st\xf6re"
    for words in ([b"inspect", raw, b"--json"], [b"prepare", raw, b"--out", store, b"--json"], [b"inspect", store, b"--json"]):
        done = subprocess.run([os.fsencode(jetvit), *words], capture_output=True, timeout=300)
        assert done.returncode == 0, (words, done)
        json.loads(done.stdout)


def empty_words(jetvit, folder):
    """An empty variable of a script is no name of a file."""
    raw = folder / "jets.parquet"
    for words, named in ((["inspect", ""], "inspect"), (["prepare", raw, "--out", ""], "--out"), (["prepare", raw, "--out="], "--out"),
                         (["predict", "run", "--data", "", "--out", "s.parquet"], "--data"), (["prepare", raw, "", "--out", folder / "no"], raw)):
        done = mistakes.run(jetvit, *words, cwd=folder)
        expect(done, 2, f"the argument after {named} is empty")
    expect(mistakes.run(jetvit, ""), 2, "the first argument is empty")
    assert not (folder / "no").exists()


def no_working_folder(jetvit, folder):
    """In a folder that was removed, commands that only read data work; others say what is wrong."""
    gone = folder / "gone"
    for words in (["models"], ["inspect", folder / "jets.parquet"], ["version"], ["describe", "vit_nano"]):
        needs_learn = words[0] != "inspect"
        gone.mkdir()
        script = 'rmdir "$1"; shift; exec "$@"'
        done = subprocess.run(["sh", "-c", script, "sh", gone, jetvit, *map(str, words)], cwd=gone, capture_output=True, text=True, timeout=300)
        assert done.returncode == needs_learn and ("the working folder cannot be used" in done.stderr) == needs_learn, (words, done)


def pipes(jetvit, folder):
    for word in ("inspect", "prepare"):
        reader, writer = os.pipe()
        os.close(writer)
        out = ["--out", str(folder / "of_pipe")] if word == "prepare" else []
        done = mistakes.run(jetvit, word, f"/dev/fd/{reader}", *out, pass_fds=(reader,))
        os.close(reader)
        expect(done, 1, f"/dev/fd/{reader}: is not a regular file")


def main(jetvit):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tiny.make_store(jetvit, folder, jets=40)
        for check in (full_output, no_temporary_folder, names, bytes_of_names, empty_words, no_working_folder, pipes):
            check(jetvit, folder)
    print("full outputs, missing folders, names and pipes: as they should be")


if __name__ == "__main__":
    main(sys.argv[1])
