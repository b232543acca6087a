"""A folder stands for all its data, and for nothing else: files below it and of any suffix are read, hidden ones and those of other
programs are passed over, and what is left out is named. pyarrow and Pillow wrote the data."""
import gzip
import json
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tf_example
import tiny_training as tiny
from PIL import Image
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

SIDE = 8


class Folder:
    """Writes files of five jets each, no two alike, and inspects what jetvit finds in the folder."""

    def __init__(self, jetvit, top):
        self.jetvit, self.top, self.random = jetvit, top, np.random.default_rng(1)
        top.mkdir()

    def place(self, name):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def pixels(self):
        return self.random.integers(1, 9, SIDE * SIDE * 3).astype(np.float32)

    def parquet(self, *names):
        for name in names:
            images = np.concatenate([self.pixels() for _ in range(5)])
            columns = {"X_jets": pa.FixedSizeListArray.from_arrays(images, SIDE * SIDE * 3), "y": np.arange(5) % 2 * 1.0}
            pq.write_table(pa.table(columns), self.place(name))

    def records(self, *names):
        for name in names:
            content = b""
            for label in (0, 1, 0, 1, 0):
                message = tf_example.Example()
                message.features.feature["X_jets"].float_list.value.extend(self.pixels().tolist())
                message.features.feature["label"].int64_list.value.append(label)
                record = message.SerializeToString()
                length = len(record).to_bytes(8, "little")
                content += length + masked_crc32c(length).to_bytes(4, "little") + record + masked_crc32c(record).to_bytes(4, "little")
            self.place(name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)

    def pngs(self, *names, **save):
        for name in names:
            Image.fromarray(self.random.integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)).save(self.place(name), **save)

    def write(self, name, content):
        self.place(name).write_bytes(content)

    def inspect(self, *more):
        return mistakes.run(self.jetvit, "inspect", self.top, "--json", "--threads", "1", *more)

    def reads(self, jets, *said):
        done = tiny.check(self.inspect())
        assert json.loads(done.stdout)["jets"] == jets, (done.stdout, done.stderr)
        for words in said:
            assert words in done.stderr, done.stderr
        if not said:
            assert [line for line in done.stderr.splitlines() if "(a guess;" not in line] == [], done.stderr  # of flat lists

    def refused(self, *words):
        mistakes.expect(self.inspect(), 1, *words)


def all_files_are_read(new):
    folder = new("suffixes")
    folder.parquet("a.parquet", "b.PARQUET", "c.parq", "d.pq", "e.snappy", "f")
    folder.reads(30)
    folder = new("shards")
    folder.records("jets-train.tfrecord-00000-of-00002", "jets-train.tfrecord-00001-of-00002", "a.tfrec", "b.TFRecord", "c.tfrecords.gz", "d.bin", "e.z.gz")
    folder.reads(35)
    folder = new("below")
    folder.parquet("a.parquet", "more/b.parquet", "more/deeper/c.pq", "table.parquet/part-0.parquet")
    folder.reads(20)
    # The order is natural, over all folders.
    done = json.loads(tiny.check(mistakes.run(folder.jetvit, "prepare", folder.top, "--layout", "chw", "--out", folder.top.parent / "of_below", "--json")).stdout)
    assert done["files"] == 4, done
    sources = [source["name"] for source in json.loads((folder.top.parent / "of_below/manifest.json").read_text())["sources"]]
    assert sources == [f"{folder.top}/{name}" for name in ("a.parquet", "more/b.parquet", "more/deeper/c.pq", "table.parquet/part-0.parquet")], sources
    # Hive's columns are in the names of folders.
    folder = new("hive")
    folder.parquet("year=2017/part-0.parquet", "year=2018/part-0.parquet")
    folder.reads(10, f"{folder.top}: the columns that are in the names of its folders are left out: year\n")


def leftovers_are_no_data(new):
    folder = new("spark")
    folder.parquet("part-00000.snappy.parquet", "part-00001.snappy.parquet", "_temporary/0/part-00002.parquet")
    for name in ("_SUCCESS", ".part-00000.snappy.parquet.crc", "._part-00000.snappy.parquet"):
        folder.write(name, b"" if name == "_SUCCESS" else b"\0\x05\x16\7\0\2\0\0Mac OS X        ")
    for name in ("_metadata", "_common_metadata"):
        pq.write_metadata(pa.schema([("y", pa.float64())]), folder.place(name))
    folder.reads(10)
    folder.parquet(".half.parquet.tmp")
    folder.reads(10, f"{folder.top}: left out: .half.parquet.tmp (hidden)\n")
    folder = new("macos")
    folder.pngs(*(f"{label}/{number}.png" for label in (0, 1) for number in range(4)))
    folder.pngs("1/.ipynb_checkpoints/1-checkpoint.png", ".ipynb_checkpoints/a-checkpoint.png")
    for name in ("0/._1.png", ".DS_Store", "0/.DS_Store", "__MACOSX/0/._1.png"):
        folder.write(name, b"\0\x05\x16\7")
    folder.place("0/old.png/x")
    folder.reads(8)
    folder.write("1/Thumbs.db", b"\xd0\xcf\x11\xe0")
    folder.reads(8, "left out, as they hold no jets: 1/Thumbs.db\n")


def others_are_named(new):
    folder = new("foreign")
    folder.parquet("a.parquet")
    folder.write("b.root", b"root\0\0" + bytes(100))
    folder.write("c.h5", b"\x89HDF\r\n\x1a\n" + bytes(100))
    folder.write("d.parquet.gz", gzip.compress(folder.place("a.parquet").read_bytes()))
    folder.write("notes.txt", b"the second run\n")
    folder.records("events.out.tfevents.1700000000.host")  # framed as TFRecords are
    (folder.top / "dangling.parquet").symlink_to("nowhere")
    shutil.copytree(new.store, folder.top / "store")
    folder.reads(5, "left out: b.root (a ROOT file), c.h5 (an HDF5 file), d.parquet.gz (gzip data), store (a jet store)\n",
                 "left out, as they hold no jets: dangling.parquet (a link to nothing), events.out.tfevents.1700000000.host, notes.txt (text)\n")
    (folder.top / "a.parquet").unlink()
    folder.refused("holds no Parquet files, TFRecord files, class folders", "it holds b.root (a ROOT file), c.h5 (an HDF5 file)")
    # A file that is named, and one that is named as data.
    for name, kind in (("b.root", "a ROOT file"), ("c.h5", "an HDF5 file"), ("d.parquet.gz", "gzip data"), ("notes.txt", "text")):
        mistakes.expect(mistakes.run(folder.jetvit, "inspect", folder.top / name), 1, f"{name}: is {kind}, not a Parquet file")
    for name, content, words in (("x.parquet", b"", "is empty, not a Parquet file"), ("x.parquet", b"PAR1" + bytes(50), "it was cut short"),
                                 ("x.tfrec", bytes(50), "not a TFRecord file"), ("x.pq", b"\x93NUMPY" + bytes(50), "is a NumPy file, not a Parquet file")):
        folder.write(name, content)
        folder.refused(name, words)
        folder.place(name).unlink()
    folder = new("pictures")
    folder.pngs(*(f"{label}/{number}.png" for label in (0, 1) for number in range(4)), "overview.png")
    folder.reads(8, "left out: overview.png (a PNG picture)\n")
    folder.pngs("0/9.dat", format="PNG")
    folder.refused("0/9.dat: is a picture but not named as a PNG")
    folder.place("0/9.dat").unlink()
    folder.pngs("0/3.png", format="JPEG")
    folder.refused("0/3.png: is a JPEG picture, not a PNG")
    folder = new("listed")  # preparation.json lists all records of its folder
    folder.records("a.tfrecords", "more.bin")
    shard = {"file": "a.tfrecords", "jets": 5, "bytes": folder.place("a.tfrecords").stat().st_size, "sha256": "0" * 64}
    folder.write("preparation.json", json.dumps({"channels": [], "shards": [shard]}).encode())
    folder.refused("more.bin: is not among the files in preparation.json")


def splits_have_folders(new):
    folder = new("divided")
    folder.parquet("train/a.parquet", "test/b.parquet")
    folder.write("README.md", b"# jets\n")
    folder.reads(10, "left out, as they hold no jets: README.md (text)\n")
    folder.parquet("c.parquet")
    folder.refused("c.parquet: lies next to", "the folder of a split, and belongs to no split")
    folder.place("c.parquet").rename(folder.place("extra/c.pq"))
    folder.refused("extra/c.pq: lies next to", "belongs to no split")
    shutil.rmtree(folder.top / "extra")
    folder.pngs("plots/0.png")
    folder.refused("plots: lies next to", "belongs to no split")
    shutil.rmtree(folder.top / "plots")
    # Splits that lie deeper, or are read as one split, would be mixed.
    (folder.top / "v1").mkdir()
    for split in ("train", "test"):
        (folder.top / split).rename(folder.top / "v1" / split)
    folder.refused("has the name of a split", "name the folder that holds the folders of the splits")
    mistakes.expect(mistakes.run(folder.jetvit, "prepare", "--train", folder.top / "v1", "--out", folder.top.parent / "no"), 1, "has the name of a split")


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        top = pathlib.Path(name)

        def new(folder):
            return Folder(jetvit, top / folder)

        new.store = top / "store"
        sample = new("sample")
        sample.parquet("a.parquet")
        tiny.check(mistakes.run(jetvit, "prepare", sample.top, "--layout", "chw", "--out", new.store))
        all_files_are_read(new)
        leftovers_are_no_data(new)
        others_are_named(new)
        splits_have_folders(new)
    print("folders: all data read, leftovers passed over, everything else named")


if __name__ == "__main__":
    main(sys.argv[1])
