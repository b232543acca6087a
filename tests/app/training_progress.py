#!/usr/bin/env python3
"""What a short training writes to stderr: on a terminal never a line longer than its width, with the time left of the
epoch and of the run; into a pipe the lines of the epochs."""
import fcntl
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import tiny_training as tiny

JETVIT = pathlib.Path(sys.argv[1]).resolve()
EPOCHS = 3


def train(store, run, *more, before=(), **streams):
    settings = ["image.size=24", f"train.epochs={EPOCHS}", "train.batch_size=4"]
    words = [JETVIT, *before, "train", tiny.SOURCE / "recipes/demo.toml", "--data", store, "--out", run, "--threads", "1", *more]
    for setting in settings:
        words += ["--set", setting]
    return subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, text=True, **streams)


def on_a_terminal(store, run, columns, *more, **others):
    """All that the training wrote to a terminal of so many columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = train(store, run, *more, stderr=theirs, **others)
    os.close(theirs)
    written = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        written += part
    os.close(ours)
    stdout = process.communicate(timeout=120)[0]
    assert process.returncode == 0 and "best validation AUC" in stdout, (process.returncode, stdout, written)
    return written.decode()


def shown_lines(written):
    """Every line that stood on the terminal at some time."""
    return [re.sub(r"\x1b\[K", "", line) for line in re.split(r"[\r\n]+", written)]


def check_terminal(store, folder, columns):
    lines = shown_lines(on_a_terminal(store, folder / f"run{columns}", columns))
    longest = max(lines, key=len)
    assert len(longest) < columns, (columns, len(longest), longest)
    # At 100 % only the time of the run is left.
    training = [line for line in lines if re.match(r"epoch \d/\d .*\d %  ETA \d", line)]
    assert training, lines
    for line in training:
        assert re.search(r"ETA \S+( s)?, run \S+", line) and "jets/s" in line, line
    assert any("[" in line for line in training), training
    if columns >= 80:
        assert any("loss " in line for line in training), training
    assert any(line.startswith("validate  ") for line in lines), lines
    for epoch in range(1, EPOCHS + 1):
        assert any(line.startswith(f"epoch {epoch}/{EPOCHS}  loss") for line in lines), lines


def check_quiet(store, folder):
    for name, before, after in (("before", ["--quiet"], []), ("after", [], ["--quiet"]), ("short", ["-q"], [])):
        written = on_a_terminal(store, folder / f"quiet_{name}", 80, *after, before=before)
        assert written == "", (name, written)


def check_pipe(store, folder):
    process = train(store, folder / "piped", stderr=subprocess.PIPE)
    stderr = process.communicate(timeout=120)[1]
    assert process.returncode == 0, stderr
    assert re.findall(r"^epoch (\d)/\d  loss .*data wait", stderr, re.M) == [str(epoch) for epoch in range(1, EPOCHS + 1)], stderr
    assert "\x1b" not in stderr and "\r" not in stderr, stderr
    assert "ETA" not in stderr, "short work needs no line of progress"


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = tiny.make_store(JETVIT, folder, jets=400)
        check_terminal(store, folder, 80)
        check_terminal(store, folder, 60)
        check_pipe(store, folder)
        check_quiet(store, folder)
    print("training progress: within 80 and 60 columns on a terminal, epoch lines in a pipe, nothing with --quiet")


if __name__ == "__main__":
    main()
