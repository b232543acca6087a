"""Opens published pictures with those who train on them: torchvision's ImageFolder and TensorFlow's TFRecordDataset with the
study's feature description. Each runs in its own environment (scripts/setup --with-peers) and must see the pixels and
labels that OpenCV sees; exit status 77 where neither is installed."""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

SOURCE = pathlib.Path(__file__).resolve().parents[3]
SKIPPED = 77


class Digest:
    def __init__(self):
        self.sha, self.counts = hashlib.sha256(), [0, 0]

    def add(self, pixels, label):
        """pixels: (rows, columns, channels) uint8."""
        self.sha.update(pixels.tobytes())
        self.counts[label] += 1

    def result(self):
        return f"{self.counts[0]} {self.counts[1]} {self.sha.hexdigest()}"


def by_torchvision(folder):
    import numpy
    from torchvision.datasets import ImageFolder
    data, digest = ImageFolder(folder), Digest()
    assert data.classes == ["0", "1"], data.classes
    for picture, label in data:
        digest.add(numpy.asarray(picture), label)
    return digest.result()


def by_tensorflow(folder):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf
    channels = [f"channel_{number}" for number in range(1, 9)]
    features = {name: tf.io.FixedLenFeature([], tf.string) for name in [*channels, "name"]}
    features["label"] = tf.io.FixedLenFeature([], tf.int64)
    digest = Digest()
    for record in tf.data.TFRecordDataset(sorted(str(path) for path in folder.glob("*.tfrecords"))):
        jet = tf.io.parse_single_example(record, features)
        label = int(jet["label"])
        assert jet["name"].numpy().decode() == f"{label}_{digest.counts[label]}"
        digest.add(tf.concat([tf.io.decode_png(jet[name], channels=1) for name in channels], axis=-1).numpy(), label)
    return digest.result()


def by_tensorflow_floats(folder):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    import tensorflow as tf
    features = {"X_jets": tf.io.FixedLenFeature([125, 125, 8], tf.float32), "label": tf.io.FixedLenFeature([], tf.int64),
                "pt": tf.io.FixedLenFeature([], tf.float32), "m0": tf.io.FixedLenFeature([], tf.float32)}
    digest = Digest()
    for record in tf.data.TFRecordDataset(sorted(str(path) for path in folder.glob("*.gz")), compression_type="GZIP"):
        jet = tf.io.parse_single_example(record, features)
        digest.add(jet["X_jets"].numpy(), int(jet["label"]))
    return digest.result()


def seen_by_opencv(folder, form):
    """What the others must see."""
    import cv2
    import numpy
    import tf_example
    digest = Digest()
    if form == "png":
        for label in (0, 1):
            for path in sorted((folder / str(label)).iterdir()):
                digest.add(numpy.ascontiguousarray(cv2.imread(str(path))[:, :, ::-1]), label)
        return digest.result()
    for shard in sorted(folder.glob("*.tfrecords*")):
        for jet in tf_example.examples(shard):
            if form == "floats":
                digest.add(numpy.float32(jet["X_jets"]), jet["label"][0])
            else:
                planes = [cv2.imdecode(numpy.frombuffer(jet[f"channel_{number}"][0], numpy.uint8), -1) for number in range(1, 9)]
                digest.add(numpy.stack(planes, axis=-1), jet["label"][0])
    return digest.result()


READERS = {"png": ("peers", by_torchvision), "records": ("tensorflow", by_tensorflow), "floats": ("tensorflow", by_tensorflow_floats)}
OPTIONS = {"png": ("quark_gluon_published_layout", "--mode", "published", "--to", "png"),
           "records": ("boosted_top", "--mode", "published", "--to", "tfrecord"), "floats": ("boosted_top", "--to", "tfrecord")}


def main(jetvit):
    deps, tested = pathlib.Path(sys.executable).parents[2], 0
    with tempfile.TemporaryDirectory() as name:
        for form, (environment, reader) in READERS.items():
            python, out = deps / environment / "bin/python", pathlib.Path(name) / form
            if not python.exists():
                print(f"{reader.__name__}: not run ({python} is missing)")
                continue
            source, *options = OPTIONS[form]
            raw = SOURCE / f"data/sample/{source}.parquet"
            if form == "floats":
                import pyarrow.parquet as pq
                few = pathlib.Path(name) / "few.parquet"
                pq.write_table(pq.read_table(raw).slice(0, 50), few)
                raw = few
            subprocess.run([jetvit, "prepare", raw, *options, "--out", out], check=True, stdout=subprocess.DEVNULL)
            done = subprocess.run([python, __file__, form, out], check=True, capture_output=True, text=True)
            expected = seen_by_opencv(out, form)
            assert done.stdout.split("\n")[-2] == expected, (form, done.stdout, expected)
            classes = json.loads((out / "preparation.json").read_text())["classes"]
            assert expected.startswith(f"{classes['0']} {classes['1']} "), (expected, classes)
            print(f"{reader.__name__}: {sum(classes.values())} jets, every pixel and label as OpenCV reads them")
            tested += 1
    return 0 if tested else SKIPPED


if __name__ == "__main__":
    if sys.argv[1] in READERS:
        print(READERS[sys.argv[1]][1](pathlib.Path(sys.argv[2])))
    else:
        sys.exit(main(sys.argv[1]))
