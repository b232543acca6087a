#!/usr/bin/env python3
"""What surrounds a command: a standard output that is full, no folder for temporary files, names that would steer a terminal,
names that are not UTF-8, pipes in place of files."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import pyarrow as pa
import pyarrow.parquet as pq

import mistakes
import tiny_training as tiny
from mistakes import expect

# Escape, bell, C1 control sequence introducer, right-to-left override, isolate, line separator.
HOSTILE = "\x1b[2J\x07\x9b31m\u202egnp\u2066\u2028"
UNSAFE = {chr(code) for code in [*range(0x20), *range(0x7f, 0xa0), 0x61c, 0x200e, 0x200f, *range(0x2028, 0x202f),
                                 *range(0x2066, 0x206a)]} - {"\n", "\t"}


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
    """No command shows a character that steers the terminal; JSON keeps the names as they are."""
    table = pq.read_table(folder / "jets.parquet")
    raw = folder / f"{HOSTILE}.parquet"
    pq.write_table(table.append_column(HOSTILE, pa.array([1.0] * len(table))), raw)
    store = folder / f"store{HOSTILE}"
    for words in (["inspect", raw], ["prepare", raw, "--out", store], ["inspect", store], ["inspect", folder / HOSTILE],
                  ["inspect", raw, "--label-column", HOSTILE], ["inspect", raw, "--compare", folder / "jets.parquet"],
                  ["train", folder / HOSTILE, "--data", store, "--out", folder / "run"], [HOSTILE], ["inspect", f"--{HOSTILE}"],
                  ["describe", HOSTILE], ["weights", HOSTILE, "--out", folder / "w"], ["inspect", raw, "--json"],
                  ["weights", "vit_nano", "--set", f"{HOSTILE}=1", "--out", folder / "w"]):
        done = subprocess.run([jetvit, *map(str, words)], capture_output=True, timeout=300)
        shown = (done.stdout + done.stderr).decode()  # UTF-8, or an error
        assert not UNSAFE & set(shown), (words, shown)
        assert done.returncode in (0, 1, 2), (words, shown)
    observers = json.loads(tiny.check(mistakes.run(jetvit, "inspect", raw, "--json")).stdout)["observers"]
    assert observers == ["pt", "m0", HOSTILE], observers


def bytes_of_names(jetvit, folder):
    """Linux names are bytes: one that is not UTF-8 is read, and named in JSON as far as JSON can."""
    raw = os.fsencode(folder) + b"/caf\xe9.parquet"
    os.link(folder / "jets.parquet", raw)
    store = os.fsencode(folder) + b"/st\xf6re"
    for words in ([b"inspect", raw, b"--json"], [b"prepare", raw, b"--out", store, b"--json"], [b"inspect", store, b"--json"]):
        done = subprocess.run([os.fsencode(jetvit), *words], capture_output=True, timeout=300)
        assert done.returncode == 0, (words, done)
        json.loads(done.stdout)


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
        for check in (full_output, no_temporary_folder, names, bytes_of_names, pipes):
            check(jetvit, folder)
    print("full outputs, missing folders, names and pipes: as they should be")


if __name__ == "__main__":
    main(sys.argv[1])
