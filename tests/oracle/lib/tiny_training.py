"""A store of a few random jets and a training on it that takes a second, for the tests of train and predict."""
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SOURCE = pathlib.Path(__file__).resolve().parents[3]
SETTINGS = [
    "image.size=20", "train.epochs=2", "train.batch_size=16", "train.save_every_steps=2", "train.ema_decay=0.9",
    "optimizer.lr=1e-3",
]


def write_raw(path, jets=160, labels=(0, 1), seed=1, channels=3):
    """Raw Parquet in the quark-gluon layout; jets of label 1 lie nearer to the center."""
    random = np.random.default_rng(seed)
    images = np.zeros((jets, channels, 125, 125))
    label = random.choice(labels, jets)
    for jet in range(jets):
        spread = 12 if label[jet] else 30
        rows, columns = (62 + random.uniform(-spread, spread, (2, channels, 20))).astype(int)
        for channel in range(channels):
            images[jet, channel, rows[channel], columns[channel]] = random.uniform(0.1, 10, 20)
    table = pa.table({
        "X_jets": pa.array(images.tolist(), pa.list_(pa.list_(pa.list_(pa.float64())))),
        "pt": random.uniform(80, 170, jets),
        "m0": random.uniform(5, 40, jets),
        "y": label.astype(float),
    })
    pq.write_table(table, path)
    return path


def make_store(jetvit, folder, **raw):
    path = write_raw(folder / "jets.parquet", **raw)
    check(subprocess.run([jetvit, "prepare", path, "--out", folder / "store", "--threads", "1"], capture_output=True,
                         text=True))
    return folder / "store"


def train_command(jetvit, store, run, *more, recipe="quark_gluon/resnet_15.toml"):
    command = [jetvit, "train", SOURCE / "recipes" / recipe, "--data", store, "--out", run,
               "--threads", "1"]
    for setting in SETTINGS:
        command += ["--set", setting]
    return [str(word) for word in command + list(more)]


def train(jetvit, store, run, *more, **recipe):
    return subprocess.run(train_command(jetvit, store, run, *more, **recipe), capture_output=True, text=True)


def require_strace():
    if shutil.which("strace") is None:
        sys.exit("strace is missing: nothing tested (run scripts/setup --with-tests)")


def check(done):
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done
