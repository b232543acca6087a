"""What `jetvit inspect` shows of inputs of any order and size: pictures of the whole input, the rows that were left out by
file, whole sets of pictures; and that it refuses to verify what has no digests."""
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
import tiny_training as tiny
from safetensors import safe_open
from safetensors.numpy import save_file


def inspect(jetvit, *words):
    return mistakes.run(jetvit, "inspect", *words, "--threads", "2")


def sorted_by_class(path, of_class):
    """Images of 4 x 4 pixels, those of class 0 first, with one pixel of 1 in jets of class 0 and of 2 in those of class 1."""
    jets = sum(of_class)
    label = np.repeat([0.0, 1.0], of_class)
    images = np.zeros((jets, 3 * 4 * 4))
    images[np.arange(jets), np.arange(jets) % 16] = 1 + label
    pq.write_table(pa.table({"X_jets": pa.FixedSizeListArray.from_arrays(images.ravel(), 48), "pt": np.arange(jets) * 1.0, "y": label}),
                   path, compression="none", row_group_size=5000)
    return path


def pictures_of_all(jetvit, folder):
    raw = sorted_by_class(folder / "sorted.parquet", (110000, 500))
    words = ("--layout", "chw", "--pictures")
    reported = json.loads(tiny.check(inspect(jetvit, raw, *words, folder / "pictures", "--json")).stdout)
    assert reported["pictures"]["jets"] == 110500 and 50500 < reported["pictures"]["jets_of_spectra"] < 60500, reported["pictures"]
    names = {path.name for path in (folder / "pictures").iterdir()}
    assert {"jets.png", "averages.png"} < names, names
    shown = tiny.check(inspect(jetvit, raw, *words, folder / "again")).stdout
    assert f"averages of all jets, spectra of {reported['pictures']['jets_of_spectra']:,} of 110,500" in shown, shown
    compared = json.loads(tiny.check(inspect(jetvit, raw, "--compare", folder / "few.parquet", *words, folder / "compared", "--json")).stdout)
    assert 50000 < compared["first"]["jets_of_spectra"] < 60500 and compared["second"]["jets_of_spectra"] == 70, compared
    shown = tiny.check(inspect(jetvit, raw, "--compare", folder / "few.parquet", *words, folder / "compared_again")).stdout
    assert f"spectra of {compared['first']['jets_of_spectra']:,} of 110,500 jets and of 70 of 70 jets" in shown, shown
    # A store shows all its splits.
    tiny.check(mistakes.run(jetvit, "prepare", folder / "few.parquet", "--layout", "chw", "--out", folder / "store"))
    shown = tiny.check(inspect(jetvit, folder / "store", "--verify", "--pictures", folder / "of_store")).stdout
    assert "averages of all jets, spectra of 70 of 70" in shown, shown


def skipped_by_file(jetvit, folder):
    """At most ten rows are named, by their file; then their number for each reason."""
    first, second = (pq.read_table(folder / "few.parquet") for _ in range(2))
    label = [None if row % 2 else 1.0 for row in range(70)]
    pq.write_table(second.set_column(second.schema.get_field_index("y"), "y", pa.array(label)), folder / "second.parquet")
    raw = folder / "raw"
    raw.mkdir()
    pq.write_table(first, raw / "a.parquet")
    (folder / "second.parquet").rename(raw / "b.parquet")
    tiny.check(mistakes.run(jetvit, "prepare", raw, "--layout", "chw", "--out", folder / "skipped_store"))
    for data, report, words in ((raw, "", ("--layout", "chw")), (folder / "skipped_store", f", listed in {folder / 'skipped_store'}/skipped-", ())):
        shown = tiny.check(inspect(jetvit, data, *words)).stdout
        named = [line for line in shown.splitlines() if line.startswith("skipped ") and " row " in line]
        assert named == [f"skipped {raw}/b.parquet row {row}: no finite label y" for row in range(1, 21, 2)], shown
        assert f"skipped 35 rows in all (35 no finite label y){report}" in shown, shown
        reported = json.loads(tiny.check(inspect(jetvit, data, *words, "--json")).stdout)
        assert reported["skipped_reasons"] == {"no finite label y": 35} and len(reported["skipped_rows"]) == 35, reported
        assert reported["skipped_rows"][0] == {"file": f"{raw}/b.parquet", "row": 1, "reason": "no finite label y"}, reported["skipped_rows"][0]


def whole_sets_of_pictures(jetvit, folder):
    """Three shards and two class folders; what is missing, cut or changed is named."""
    raw = folder / "nine"
    raw.mkdir()
    few = pq.read_table(folder / "few.parquet")
    for file in range(9):  # copies are refused
        pq.write_table(few.replace_schema_metadata({"number": str(file)}), raw / f"{file}.parquet", compression="none")
    records, pngs = folder / "records", folder / "pngs"
    tiny.check(mistakes.run(jetvit, "prepare", raw, "--layout", "chw", "--to", "tfrecord", "--compression", "none", "--out", records))
    tiny.check(mistakes.run(jetvit, "prepare", folder / "few.parquet", "--layout", "chw", "--to", "png", "--out", pngs))
    reported = json.loads(tiny.check(inspect(jetvit, records, "--verify", "--json")).stdout)
    assert reported["jets"] == 630, reported
    second = records / "Top_TFRecords_shard_2_of_3.tfrecords"
    assert json.loads(tiny.check(inspect(jetvit, second, "--verify", "--json")).stdout)["jets"] == 280
    content = second.read_bytes()

    def refused(data, *fragments, verify=False, status=1):
        mistakes.expect(inspect(jetvit, data, *(["--verify"] if verify else [])), status, *fragments)

    second.unlink()
    refused(records, f"{second}: is missing", "280 jets")
    mistakes.expect(mistakes.run(jetvit, "prepare", records, "--out", folder / "of_records"), 1, f"{second}: is missing")
    second.write_bytes(content[:-1])
    refused(records, f"{second}: holds {len(content) - 1} bytes", f"states {len(content)}")
    second.write_bytes(content)
    stray = records / "more.tfrecords"
    stray.write_bytes(content)
    refused(records, f"{stray}: is not among the files")
    refused(stray, "--verify: ", "has no digest", verify=True, status=2)
    stray.unlink()
    # Whole by size and number: only the digest shows it.
    description = json.loads((records / "preparation.json").read_text())
    description["shards"][1]["sha256"] = "0" * 64
    (records / "preparation.json").write_text(json.dumps(description))
    tiny.check(inspect(jetvit, records))
    refused(records, f"{second}: differs from its digest in preparation.json", verify=True)
    description["shards"][1]["jets"] = 279
    (records / "preparation.json").write_text(json.dumps(description))
    refused(records, f"{second}: holds 280 jets", "states 279")

    refused(pngs, "--verify: PNG folders have no digests", verify=True, status=2)
    refused(folder / "few.parquet", "--verify: raw Parquet files have no digests", verify=True, status=2)
    (pngs / "1/3.png").unlink()
    refused(pngs, f"{pngs}/1: holds 29 pictures", "states 30")
    shutil.rmtree(pngs / "1")
    refused(pngs, f"{pngs}/1: holds 0 pictures")


def columns(jetvit, folder):
    """What is no number is left out by name; a label column that was named has to be there."""
    few = pq.read_table(folder / "few.parquet")
    tagged = few.append_column("generator", pa.array(["pythia"] * 70)).append_column("daughters", pa.array([[1.0, 2.0]] * 70))
    pq.write_table(tagged, folder / "tagged.parquet")
    done = tiny.check(inspect(jetvit, folder / "tagged.parquet", "--layout", "chw"))
    assert f"{folder}/tagged.parquet: left out, as they do not hold plain numbers: generator (text), daughters (lists)\n" in done.stderr, done.stderr
    mistakes.expect(inspect(jetvit, folder / "store", "--layout", "chw"), 2, "--layout", "jet stores have a fixed order")
    mistakes.expect(inspect(jetvit, folder / "store", "--shape", "3", "2", "8"), 1, "3 x 2 x 8 contradicts", "3 x 4 x 4")
    tiny.check(inspect(jetvit, folder / "store", "--shape", "3", "4", "4"))
    assert "left out" not in tiny.check(inspect(jetvit, folder / "few.parquet", "--layout", "chw")).stderr
    mistakes.expect(inspect(jetvit, folder / "few.parquet", "--layout", "chw", "--label-column", "label"), 1, 'has no label column "label"')


def weights_files(jetvit, folder):
    """Files of safetensors and of jetvit: one has no checksum, a flipped bit in the other is found."""
    tensors = {"a.weight": np.ones((3, 4), np.float32), "b": np.zeros(5, np.int64)}
    foreign = folder / "foreign.safetensors"
    save_file(tensors, foreign)
    reported = json.loads(tiny.check(inspect(jetvit, foreign, "--json")).stdout)
    assert reported == {"kind": "safetensors", "tensors": 2, "values": 17, "bytes": foreign.stat().st_size, "checksum": None, "model": None}, reported
    assert "checksum: none; damage to this file cannot be noticed" in tiny.check(inspect(jetvit, foreign)).stdout

    own = folder / "own.safetensors"
    tiny.check(mistakes.run(jetvit, "weights", "resnet_15", "--set", "channels=3", "--set", "outputs=1", "--out", own))
    with safe_open(own, "numpy") as file:
        values = sum(file.get_tensor(name).size for name in file.keys())
        count = len(list(file.keys()))
    reported = json.loads(tiny.check(inspect(jetvit, own, "--json")).stdout)
    assert (reported["tensors"], reported["values"], reported["checksum"]) == (count, values, "matches"), reported
    content = own.read_bytes()
    for place in (len(content) - 1, len(content) // 2, content.index(b"data_offsets") - 1):
        own.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1:])
        mistakes.expect(inspect(jetvit, own), 1, own)
    for damaged in (b"", b"\x10", b"\xff" * 9, (100).to_bytes(8, "little") + b"{}", (2).to_bytes(8, "little") + b"{}x",
                    (2).to_bytes(8, "little") + b"[]"):
        own.write_bytes(damaged)
        mistakes.expect(inspect(jetvit, own), 1, own, "safetensors file")
    mistakes.expect(inspect(jetvit, foreign, "--pictures", folder / "none"), 2, "not apply to weights")


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sorted_by_class(folder / "few.parquet", (40, 30))
        pictures_of_all(jetvit, folder)
        skipped_by_file(jetvit, folder)
        whole_sets_of_pictures(jetvit, folder)
        columns(jetvit, folder)
        weights_files(jetvit, folder)
    print("inspect: pictures of whole inputs, skipped rows by file, whole sets of pictures")


if __name__ == "__main__":
    main(sys.argv[1])
