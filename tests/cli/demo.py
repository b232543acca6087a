"""`jetvit demo` on a small sample: it never removes what it did not make, continues where it was stopped, and says when there is nothing left
to do."""
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import tiny_training as tiny
from mistakes import expect
from safetensors.numpy import load_file

RECIPE = """
[model]
name = "resnet_15"
[image]
size = 20
[train]
epochs = 4
batch_size = 16
save_every_steps = 2
"""


def contents(folder):
    return {str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
            for path in folder.rglob("*") if path.is_file()}


def weights(run):
    return {name: tensor.tobytes() for name, tensor in load_file(run / "best.safetensors").items()}


class Demo:
    def __init__(self, jetvit, folder):
        self.sample, self.recipe = folder / "sample", folder / "recipe.toml"
        self.sample.mkdir()
        self.recipe.write_text(RECIPE)
        for seed, split in enumerate(("train", "validation", "test"), 1):
            tiny.write_raw(self.sample / f"quark_gluon_{split}.parquet", jets=48, seed=seed)
        self.jetvit = jetvit

    def command(self, out, *more, sample=None, recipe=None):
        words = [self.jetvit, "demo", "--sample", sample or self.sample, "--recipe", recipe or self.recipe, "--out", out, *more]
        return [str(word) for word in words]

    def __call__(self, out, *more, **others):
        return subprocess.run(self.command(out, *more, **others), capture_output=True, text=True, timeout=120)


def check_foreign(demo, folder):
    """Other people's files stay, whatever fails."""
    out = folder / "theirs"
    for name in ("store", "run"):
        (out / name / "deep").mkdir(parents=True)
        (out / name / "deep/precious.txt").write_text("precious")
    before = contents(out)
    expect(demo(out), 1, "store: already exists (nothing was changed)")
    expect(demo(out, "--overwrite", sample=folder / "nonexistent"), 1, "no such file")
    assert contents(out) == before
    done = demo(out, "--overwrite")
    expect(done, 1, "jetvit prepare failed")
    assert "store: holds deep, which no preparation wrote" in done.stderr, done.stderr
    (out / "store").rename(folder / "aside")
    done = demo(out, "--overwrite")
    expect(done, 1, "jetvit train failed")
    assert "run: holds deep but no run that could be replaced" in done.stderr, done.stderr
    (folder / "aside").rename(out / "store" / "theirs")
    assert (out / "run/deep/precious.txt").read_text() == (out / "store/theirs/deep/precious.txt").read_text() == "precious"


def check_stopped(demo, jetvit, folder):
    """Stopped in the training, the same command continues to the weights of an unbroken one."""
    out = folder / "out"
    process = subprocess.Popen(demo.command(out), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not (out / "run/last.safetensors").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    stderr = process.communicate(timeout=60)[1]
    assert process.returncode == 128 + signal.SIGINT and "run the same command again to continue this demo" in stderr, stderr
    store = contents(out / "store")
    done = tiny.check(demo(out))
    assert "store: up to date" in done.stdout and "--resume" in done.stdout and "The demo took" in done.stdout, done.stdout
    assert contents(out / "store") == store
    unbroken = [jetvit, "train", demo.recipe, "--data", out / "store", "--out", folder / "unbroken"]
    tiny.check(subprocess.run([str(word) for word in unbroken], capture_output=True, text=True))
    assert weights(out / "run") == weights(folder / "unbroken")
    return out


def check_finished(demo, folder, out):
    before = contents(out)
    done = tiny.check(demo(out))
    assert "is finished; there is nothing left to do. To start over: jetvit demo --overwrite" in done.stdout, done.stdout
    expect(demo(out, recipe=tiny.SOURCE / "recipes/demo.toml"), 1, "holds a demo with another recipe (nothing was changed)", "--overwrite")
    tiny.write_raw(demo.sample / "quark_gluon_test.parquet", jets=48, seed=9)
    expect(demo(out), 1, "holds a demo with input files that have changed (nothing was changed)", "--overwrite")
    assert contents(out) == before

    # Stopped before the training, one that replaces another then replaces its run.
    (out / "run/notes.txt").write_text("precious")
    (out / "pictures/notes.txt").write_text("precious")
    former = contents(out / "run")
    done = demo(out, "--overwrite")
    expect(done, 1, "jetvit inspect failed")
    assert "pictures: holds notes.txt, which no inspection of this kind wrote" in done.stderr, done.stderr
    assert contents(out / "run") == former
    (out / "pictures/notes.txt").unlink()
    done = tiny.check(demo(out))
    assert "store: up to date" in done.stdout and "--overwrite\n" in done.stdout.split("$ jetvit train")[1].split("$")[0], done.stdout
    assert contents(out).keys() - before.keys() >= {"run/notes.txt"}
    assert (out / "run/evaluation-test/metrics.json").read_bytes() and "is finished" in tiny.check(demo(out)).stdout


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        demo = Demo(jetvit, folder)
        check_foreign(demo, folder)
        check_finished(demo, folder, check_stopped(demo, jetvit, folder))
    print("demo: foreign files stayed; stopped, it went on to the weights of an unbroken one; finished, it said so")


if __name__ == "__main__":
    main(sys.argv[1])
