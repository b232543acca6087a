"""What prepare says to bad input and bad outputs: the message, the exit status, and that nothing is left behind."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tiny_training as tiny
from small_jets import JETS, Checker, columns, write


def bad_files(check, folder, good):
    check.refuse([folder / "absent.parquet"], folder / "absent.parquet", "no such file")
    check.refuse([folder / "*.nothing"], "*.nothing", "no such file")
    (folder / "empty-folder").mkdir()
    check.refuse([folder / "empty-folder"], "holds no Parquet files, TFRecord files, class folders of PNGs or jet store")
    empty = folder / "zero-bytes.parquet"
    empty.touch()
    check.refuse([empty], empty, "is empty, not a Parquet file")
    foreign = folder / "foreign.parquet"
    foreign.write_text("this is no Parquet file, whatever its name says\n" * 20)
    check.refuse([foreign], foreign, "is text, not a Parquet file")
    content = good.read_bytes()
    truncated = folder / "truncated.parquet"
    for size in (4, 100, len(content) // 2, len(content) - 8, len(content) - 1):
        truncated.write_bytes(content[:size])
        check.refuse([truncated], truncated, "is not a complete Parquet file")
    hollow = folder / "hollow.parquet"  # a whole footer behind pages of zeros
    hollow.write_bytes(content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2:])
    check.refuse([hollow], hollow)


def bad_columns(check, folder):
    def without(name):
        data = columns()
        del data[name]
        return data

    path = folder / "columns.parquet"
    check.refuse([write(path, without("X_jets"))], path, "has no column X_jets or X_jet (it has: pt, m0, y)")
    check.refuse([write(path, without("y"))], path, 'has no label column "y" (name it with --label-column)')
    check.refuse([write(path, columns()), "--label-column", "quark"], 'has no label column "quark"')
    pq.write_table(pa.table({"X_jets": ["jet"], "y": [1.0]}), path)
    check.refuse([path], path, "column X_jets holds text (numbers are expected)")
    pq.write_table(pa.table({"X_jets": pa.array([[[1.0, 2.0]]]), "y": [1.0]}), path)
    check.refuse([path], path, "column X_jets is nested 2 lists deep", "[channel][row][column]")
    pq.write_table(pa.table({"X_jets": pa.array([[1.0] * 7]), "y": [1.0]}), path)
    check.refuse([path], path, "7 numbers, which fit no square image", "--shape")
    check.refuse([write(path, {**columns(), "y": ["quark"] * JETS})], path, "label column y holds text (expected a plain number or boolean)")
    check.refuse([write(path, {**columns(), "X_jet": columns()["X_jets"]})], path, "more than one image column")
    for value in (2.0, -1.0, 0.5):
        labels = columns()["y"]
        labels[17] = value
        check.refuse([write(path, {**columns(), "y": labels}, row_group_size=5)], path, "row 17: label y =",
                     "is not 0 or 1", "--positive-label")
    summary, manifest = check.accept([write(path, {**columns(), "y": [float(jet % 3) for jet in range(JETS)]})],
                                     "--positive-label", "2")
    assert sum(split["class_1"] for split in manifest["splits"].values()) == JETS // 3


def bad_rows(check, folder):
    """Rows that cannot be used are skipped, counted and listed; a file of nothing else is an error."""
    path = folder / "rows.parquet"
    data = columns()
    images = data["X_jets"]
    images[1][0][0][0] = float("nan")
    images[3][2][5][5] = float("-inf")
    images[5] = None
    images[7][1][2] = None
    images[9][1] = images[9][1][:-1]
    data["y"][11] = None
    data["y"][12] = float("nan")
    data["pt"][13] = None  # an observer may be missing
    summary, manifest = check.accept([write(path, data, row_group_size=10)])
    assert summary["skipped"] == 7 and summary["jets"] == JETS - 7, summary
    reasons = {row["row"]: row["reason"] for row in manifest["skipped_rows"]}
    assert reasons == {1: "NaN", 3: "infinite value", 5: "null", 7: "null", 9: "wrong shape", 11: "no finite label y",
                       12: "no finite label y"}, reasons
    assert manifest["sources"] == [{"name": str(path), "rows": JETS, "skipped": 7}], manifest["sources"]
    # More of them than are named are still counted.
    labels = [None if row % 10 else float(row % 20 == 0) for row in range(2000)]
    image = [[[[1.0, 0.0], [0.0, 2.0]]]]
    many = folder / "many.parquet"
    summary, manifest = check.accept([write(many, {"X_jets": image * 2000, "y": labels})])
    assert summary["skipped"] == 1800 and len(manifest["skipped_rows"]) == 1000
    assert manifest["sources"] == [{"name": str(many), "rows": 2000, "skipped": 1800}], manifest["sources"]
    check.refuse([write(path, {**columns(), "y": [None] * JETS})], path, "holds no usable jet", "24 rows were skipped", "label y")
    check.refuse([write(path, {**columns(), "X_jets": [None] * JETS})], path, "X_jets holds no complete image")
    check.refuse([write(path, {name: [] for name in columns()})], path, "holds no complete image (the file has no rows)")


def negative_pixels(check, folder):
    """Energies below zero are dropped, counted and reported; the jets stay."""
    data = columns(seed=5)
    for jet, pixel in ((0, 3), (7, 5), (7, 6)):
        data["X_jets"][jet][1][2][pixel] = -2.5
    path = write(folder / "negative.parquet", data)
    summary, manifest = check.accept([path])
    assert summary["jets"] == JETS and summary["negative_pixels"] == 3, summary
    assert manifest["preparation"]["negative_pixels_dropped"] == 3, manifest["preparation"]
    shown = json.loads(tiny.check(mistakes.run(check.jetvit, "inspect", check.folder / "accepted", "--json")).stdout)
    assert min(channel["minimum"] for channel in shown["channels"]) >= 0, shown["channels"]
    done = tiny.check(check.run(path, "--out", folder / "accepted", "--overwrite"))
    assert "dropped 3 negative pixels of channels that have no sign\n" in done.stdout, done.stdout


def bad_sets(check, folder, good):
    other = write(folder / "other.parquet", columns(seed=2))
    (folder / "link.parquet").symlink_to(good)
    check.refuse(["--train", good, "--test", good], good, "is named twice")
    check.refuse([good, folder / "link.parquet"], "link.parquet: is named twice")
    copy = shutil.copy(good, folder / "copy.parquet")
    for words in (["--train", good, "--test", copy], [other, good, copy], [good, copy, "--to", "png"]):
        check.refuse(words, f"{copy}: has the same content as {good} (each of its jets would count twice) leave one of them out")
    content = good.read_bytes()  # as long, with the same end, and yet other jets: that is no copy
    middle = folder / "middle.parquet"
    middle.write_bytes(content[:4] + bytes(1) + content[5:])
    done = check.run(good, middle, "--out", folder / "store")
    assert "same content" not in done.stderr, done.stderr
    shutil.rmtree(folder / "store", ignore_errors=True)
    small = folder / "small.parquet"
    pq.write_table(pa.table({"X_jets": pa.array([[[[1.0] * 5] * 5] * 3]), "pt": [1.0], "m0": [1.0], "y": [1.0]}), small)
    check.refuse([good, small], small, "images of another shape (3 x 5 x 5) than", good, "(3 x 12 x 12; prepare them separately)")
    data = columns(seed=3)
    data["eta"] = data.pop("m0")
    check.refuse([other, write(folder / "eta.parquet", data)], "eta.parquet: has the observers", other)
    # A row group without rows is no mistake.
    gap = folder / "gap.parquet"
    table = pq.read_table(good)
    with pq.ParquetWriter(gap, table.schema) as writer:
        for part in (table.slice(0, 0), table.slice(0, 9), table.slice(0, 0), table.slice(9)):
            writer.write_table(part)
    assert pq.ParquetFile(gap).num_row_groups == 4
    assert check.accept([gap])[0]["jets"] == JETS
    # Columns named like the store's own travel under another name.
    summary, manifest = check.accept([write(folder / "weight.parquet", {**columns(), "weight": [1.0] * JETS})])
    assert manifest["observers"] == ["pt", "m0", "raw_weight"], manifest["observers"]


def odd_rows(check, folder):
    """Most of the first rows define the shape, however odd one of them is; most of all rows must have it."""
    random = np.random.default_rng(6)
    image, short = (random.random(125 * 125 * 8) * 0.1).tolist(), [1.0] * 100

    def flat(name, images):
        path = folder / name
        pq.write_table(pa.table({"X_jets": pa.array(images, pa.list_(pa.float64())), "y": [float(row % 2) for row in range(len(images))]}),
                       path, row_group_size=7)
        return path

    summary, manifest = check.accept([flat("first.parquet", [short] + [image] * 9)])
    assert (summary["jets"], summary["skipped"], manifest["shape"]) == (9, 1, [8, 125, 125]), (summary, manifest["shape"])
    wrong = flat("short.parquet", [short] * 17 + [image] * 20)
    for words in ([], ["--to", "tfrecord"], ["--shape", "1", "10", "10"]):
        check.refuse([wrong, *words], "20 of 37 rows have the wrong shape", "--shape CHANNELS HEIGHT WIDTH")
    mistakes.expect(mistakes.run(check.jetvit, "inspect", wrong), 1, "short.parquet: 20 of 37 rows have the wrong shape", "--shape")
    assert check.accept([wrong, "--shape", "8", "125", "125"])[0]["jets"] == 20


def files_without_images(check, folder, good):
    """They have the shape of the others; their rows are skipped."""
    null = write(folder / "null.parquet", {**columns(), "X_jets": [None] * JETS})
    none = write(folder / "none.parquet", {name: [] for name in columns()})
    for files in ([null, none, good], [good, null, none]):
        summary, manifest = check.accept(files)
        assert summary["jets"] == JETS and summary["skipped_reasons"] == {"null": JETS}, summary
        assert {source["name"]: (source["rows"], source["skipped"]) for source in manifest["sources"]} == {
            str(null): (JETS, JETS), str(none): (0, 0), str(good): (JETS, 0)}, manifest["sources"]
    check.refuse([null, none], null, "holds no complete image (all rows are null")


def bad_options(check, folder, good):
    check.refuse([], "no raw file was named", status=2)
    for words, part in ((["--test-share", "0.9"], "sum to at most 1"), (["--validation-share", "-0.1"], "must be 0 or more"),
                        (["--test-share", "nan"], "must be 0 or more"), (["--zero-threshold", "nan"], "zero threshold is nan"),
                        (["--zero-threshold", "-1"], "zero threshold is -1"), (["--zero-threshold", "high"], "--zero-threshold"),
                        (["--positive-label", "inf"], "positive label"), (["--threads", "0"], "--threads"), (["--layout", "whc"], "--layout"),
                        (["--shape", "3", "12"], "--shape"), (["--shape", "3", "12", "0"], "three positive numbers"),
                        (["--what"], "--what")):
        check.refuse([good, *words], part, status=2)
    check.refuse([good, "--shape", "2147483647", "2147483647", "2147483647"], "are too large (limit 65536 pixels per channel")
    check.refuse([good, "--shape", "3", "25", "25"], "holds no usable jet", "wrong shape")
    done = check.run(good, "--shape", "3", "25", "25", "--out", folder / "shaped")
    assert "the first rows hold " in done.stderr and "but --shape says 3 x 25 x 25" in done.stderr, done.stderr
    check.refuse([good, "--positive-label", "7"], "no jet has the --positive-label 7 (column y")
    for to in ("png", "tfrecord"):
        check.refuse([good, "--to", to, "--allow-trained"], "leave out --allow-trained", status=2)
        check.refuse([good, "--to", to, "--positive-label", "7"], "no jet has the --positive-label 7 (column y")
    done = check.run(good)
    assert done.returncode == 2 and "--out" in done.stderr


def bad_outputs(check, folder, good):
    file = folder / "file"
    file.write_text("not a folder")
    check.refuse([good], "file: is not a folder", out=file)
    check.refuse([good], "cannot be created (Not a directory)", out=file / "store")
    check.refuse([good], "cannot be created", out="/proc/jetvit/store")  # where nobody may write, root neither
    (folder / "others").mkdir()
    (folder / "others/results.arrow").write_text("precious")
    check.refuse([good], "others: holds results.arrow", "choose another --out", out=folder / "others")
    check.refuse([good], "a/b/c", "File too large", out=folder / "a/b/c", limit=500)

    store = folder / "store"
    tiny.check(check.run(good, "--out", store))
    before = {path.name: path.read_bytes() for path in store.iterdir()}
    other = folder / "other.parquet"
    check.refuse([other], store, "already exists (made by another command: other input files", "nothing was changed)", "--overwrite")
    check.refuse([folder / "absent.parquet", "--overwrite"], "no such file")
    check.refuse([folder / "hollow.parquet", "--overwrite"], "hollow.parquet")
    check.refuse([other, "--overwrite"], "cannot be written (File too large)", limit=500)
    # The shards and the report of skipped rows fit, the manifest, which names them more at length, does not.
    labels = [None if row % 10 else float(row % 20 == 0) for row in range(1000)]
    some = write(folder / "some.parquet", {"X_jets": [[[[1.0, 0.0], [0.0, 2.0]]]] * 1000, "y": labels})
    report = check.accept([some])[1]["skipped_report"]
    shutil.rmtree(folder / "accepted")
    check.refuse([some, "--overwrite"], "manifest.json: cannot be written (File too large)", limit=report["bytes"] + 20000)
    assert {path.name: path.read_bytes() for path in store.iterdir()} == before, "a refused preparation changed the store"
    (store / "manifest.json").write_text("a store that nobody can read may be replaced as well")
    tiny.check(check.run(other, "--out", store, "--overwrite"))
    names = {path.name for path in store.iterdir()}
    manifest = json.loads((store / "manifest.json").read_text())
    assert names == {"manifest.json"} | {shard["file"] for shard in manifest["shards"]}, names
    tiny.check(subprocess.run([check.jetvit, "inspect", store, "--verify"], capture_output=True, text=True))
    check.refuse([store], "store: is a jet store", "--data", out=folder / "again")
    (folder / "download").mkdir()  # other programs write manifests, too
    shutil.copy(good, folder / "download/jets.parquet")
    (folder / "download/manifest.json").write_text("{}")
    check.accept([folder / "download"])
    shutil.rmtree(store)


def full_disk(check, folder):
    with mistakes.small_disk(folder) as disk:
        if disk is None:
            return "not mountable"
        big = write(folder / "big.parquet", columns(jets=1500, seed=4))
        check.refuse([big], disk / "store", "No space left on device", out=disk / "store")
    return "tested"


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check = Checker(jetvit, folder)
        good = write(folder / "good.parquet", columns(), row_group_size=7)
        bad_files(check, folder, good)
        bad_columns(check, folder)
        bad_rows(check, folder)
        negative_pixels(check, folder)
        bad_sets(check, folder, good)
        odd_rows(check, folder)
        files_without_images(check, folder, good)
        bad_options(check, folder, good)
        bad_outputs(check, folder, good)
        disk = full_disk(check, folder)
        print(f"{check.count} mistakes, each answered as it should be (full tmpfs: {disk})")


if __name__ == "__main__":
    main(sys.argv[1])
