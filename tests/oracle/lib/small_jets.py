"""Raw files of a few small jets, and what `jetvit prepare` says to them."""
import json
import resource
import shutil
import subprocess

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tiny_training as tiny

JETS = 24
SHAPE = (3, 12, 12)


def columns(jets=JETS, seed=1):
    """Lists of images and the columns next to them, by name."""
    random = np.random.default_rng(seed)
    images = np.where(random.random((jets, *SHAPE)) < 0.05, random.exponential(3, (jets, *SHAPE)) + 0.01, 0)
    return {"X_jets": images.tolist(), "pt": random.uniform(80, 170, jets).tolist(), "m0": random.uniform(5, 40, jets).tolist(),
            "y": [float(jet % 2) for jet in range(jets)]}


def write(path, data, **options):
    """Parquet of the columns; images keep their type however damaged their lists are."""
    types = {"X_jets": pa.list_(pa.list_(pa.list_(pa.float64())))}
    pq.write_table(pa.table({name: pa.array(values, types.get(name)) for name, values in data.items()}), path, **options)
    return path


class Checker:
    def __init__(self, jetvit, folder):
        self.jetvit, self.folder, self.count = jetvit, folder, 0

    def run(self, *words, limit=None):
        def confine():
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        # Python ignores SIGXFSZ, and so does the program then: writes beyond the limit fail as they do on a full disk.
        return subprocess.run([str(word) for word in (self.jetvit, "prepare", *words)], capture_output=True, text=True, timeout=120,
                              preexec_fn=confine, restore_signals=False)

    def refuse(self, words, *parts, status=1, out=None, limit=None):
        """Refused with a message that holds the parts; the store is not there, nor anything that was not there before."""
        out = self.folder / "store" if out is None else out
        before = sorted(self.folder.rglob("*"))
        done = self.run(*words, "--out", out, limit=limit)
        assert done.returncode == status, (words, done.returncode, done.stdout, done.stderr)
        for part in parts:
            assert str(part) in done.stderr, (words, part, done.stderr)
        assert "jetvit: " in done.stderr or status == 2, done.stderr
        assert "terminate" not in done.stderr and "filesystem error" not in done.stderr, done.stderr
        after = sorted(self.folder.rglob("*"))
        assert after == before, set(after) ^ set(before)
        self.count += 1

    def accept(self, words, *more):
        """Prepares into a new store and gives its summary and manifest."""
        out = self.folder / "accepted"
        shutil.rmtree(out, ignore_errors=True)
        done = tiny.check(self.run(*words, "--out", out, "--json", *more))
        tiny.check(subprocess.run([self.jetvit, "inspect", out, "--verify"], capture_output=True, text=True))
        self.count += 1
        return json.loads(done.stdout), json.loads((out / "manifest.json").read_text())
