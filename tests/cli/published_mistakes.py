"""What prepare says to wrong options, inputs and outputs of pictures: the message, the exit status, and that nothing is left
behind or changed."""
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
import small_jets
import tiny_training as tiny

PNG = ("--mode", "published", "--to", "png")
RECORDS = ("--mode", "published", "--to", "tfrecord")


def wrong_options(check, good, top):
    for words, part in (((good, "--mode", "published"), "published mode writes pictures"),
                        ((good, "--mode", "study", "--to", "png"), "--mode"), ((good, "--to", "jpeg"), "--to"),
                        ((*PNG,), "no raw file was named"),
                        ((good, *PNG, "--train", good), "PNG folders and TFRecord shards have no splits"),
                        ((good, "--to", "tfrecord", "--test", good), "have no splits"),
                        ((top, *RECORDS, "--values", "float32"), "published mode writes 8-bit pictures"),
                        ((top, *RECORDS, "--zero-threshold", "0.1"), "published mode uses the zero threshold 0.001, not 0.1"),
                        ((good, "--values", "float32"), "--values is for pictures, not for a jet store"),
                        ((good, "--compression", "none"), "--compression is for pictures, not for a jet store"),
                        ((good, "--batch", "8"), "--batch is for pictures, not for a jet store"),
                        ((top, "--to", "tfrecord", "--batch", "8"), "--batch applies to --mode published only"),
                        ((top, *RECORDS, "--batch", "0"), "--batch"),
                        ((good, "--to", "png", "--values", "float32"), "PNGs cannot hold floats"),
                        ((good, "--to", "png", "--compression", "gzip"), "--compression gzip is for TFRecords"),
                        ((good, "--to", "png", "--zero-threshold", "nan"), "zero threshold is nan"),
                        ((good, "--to", "png", "--positive-label", "inf"), "positive label")):
        check.refuse(words, part, status=2)


def wrong_inputs(check, folder, good, top):
    check.refuse([top, *PNG], top, "holds images of 8 channels, but PNG folders hold 3", "--to tfrecord")
    check.refuse([folder / "absent.parquet", *PNG], "absent.parquet", "no such file")
    check.refuse([good, good, *PNG], good, "is named twice")
    cut = folder / "cut.parquet"
    cut.write_bytes(good.read_bytes()[:-100])
    check.refuse([cut, *PNG], cut, "is not a complete Parquet file")
    hollow = folder / "hollow.parquet"  # a whole footer behind pages of zeros
    content = good.read_bytes()
    hollow.write_bytes(content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2:])
    for words in (PNG, RECORDS, ("--to", "tfrecord"), ("--to", "png")):
        check.refuse([hollow, *words], hollow)
    empty = small_jets.write(folder / "empty.parquet", {**small_jets.columns(), "y": [None] * small_jets.JETS})
    for words in (PNG, ("--to", "tfrecord")):
        check.refuse([empty, *words], empty, "holds no usable jet", "24 rows were skipped", "label y")


def skipped_rows(check, folder):
    """Rows that cannot be used are left out, counted and named; the others are numbered without a gap."""
    data = small_jets.columns()
    data["y"][3] = None
    data["X_jets"][7] = None
    data["X_jets"][9][2][11][11] = float("nan")
    path = small_jets.write(folder / "rows.parquet", data, row_group_size=5)
    out = folder / "rows"
    done = tiny.check(check.run(path, *PNG, "--out", out))
    for row in (3, 7, 9):
        assert f"rows.parquet row {row}: " in done.stdout, done.stdout
    assert "prepared 21 of 24 jets" in done.stdout, done.stdout
    description = json.loads((out / "preparation.json").read_text())
    assert description["skipped"] == 3 and [row["row"] for row in description["skipped_rows"]] == [3, 7, 9]
    assert description["sources"] == [{"file": str(path), "rows": 24, "skipped": 3}], description["sources"]
    for label, count in description["classes"].items():
        assert sorted(int(png.stem) for png in (out / label).iterdir()) == list(range(count))
    shutil.rmtree(out)


def content(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def wrong_outputs(check, folder, good, top):
    file = folder / "file"
    file.write_text("not a folder")
    for words in ((good, *PNG), (top, *RECORDS), (top, "--to", "tfrecord")):
        check.refuse(words, file, "already exists", out=file)
        check.refuse([*words, "--overwrite"], "file: is not a folder", out=file)
        check.refuse(words, "cannot be created (Not a directory)", out=file / "out")
        check.refuse(words, "cannot be", out="/proc/jetvit/out")  # where nobody may write, root neither
        check.refuse(words, folder / "a/b", "File too large", out=folder / "a/b/c", limit=60)
    # Pictures that no description lies next to may be somebody's only ones.
    (folder / "own/0").mkdir(parents=True)
    (folder / "own/0/0.png").write_bytes(b"precious")
    check.refuse([good, *PNG], "own: already exists", out=folder / "own")
    check.refuse([good, *PNG, "--overwrite"], "own: holds 0", "choose another --out", out=folder / "own")

    out = folder / "store"
    out.mkdir()  # empty
    tiny.check(check.run(good, *PNG, "--out", out))
    before = content(out)
    done = json.loads(tiny.check(check.run(good, *PNG, "--out", out, "--json")).stdout)
    first = json.loads((out / "preparation.json").read_text())
    assert done["already_done"] and (done["jets"], done["files"], done["rows"]) == (first["jets"], 1, first["sources"][0]["rows"]), done
    assert done["classes"] == first["classes"] and done["skipped_reasons"] == first["skipped_reasons"], done
    assert content(out) == before and "already done: " in tiny.check(check.run(good, *PNG, "--out", out)).stdout
    check.refuse([top, *RECORDS], f"{out}: already exists (made by another command: other input files", "another --to", "--overwrite")
    check.refuse([good, *PNG, "--batch", "7"], f"{out}: already exists (made by another command: another --batch")
    picture = next(out.glob("0/*.png"))
    picture.rename(folder / "aside.png")
    check.refuse([good, *PNG], f"{out}/0: holds")
    (folder / "aside.png").rename(picture)
    check.refuse([folder / "hollow.parquet", *PNG, "--overwrite"], "hollow.parquet")
    check.refuse([good, *PNG, "--overwrite"], "cannot be written (File too large)", limit=60)
    (out / "1/notes.txt").write_text("foreign")
    check.refuse([good, *PNG, "--overwrite"], "store: holds 1/notes.txt, which no preparation of this kind wrote")
    (out / "1/notes.txt").unlink()
    assert content(out) == before, "a refused preparation changed the pictures"
    tiny.check(check.run(top, *RECORDS, "--out", out, "--overwrite"))
    assert {path.name for path in out.iterdir()} == {"preparation.json", "Top_TFRecords_shard_1_of_1.tfrecords"}
    shutil.rmtree(out)
    tiny.check(check.run(good, "--out", out))
    check.refuse([good, *PNG, "--overwrite"], "holds", "which no preparation of this kind wrote")
    shutil.rmtree(out)


def full_disk(check, folder):
    with mistakes.small_disk(folder) as disk:
        if disk is None:
            return "not mountable"
        many = tiny.write_raw(folder / "many.parquet", jets=60)
        for words in (PNG, ("--to", "tfrecord", "--compression", "none")):
            check.refuse([many, *words], disk, "No space left on device", out=disk / "out")
    return "tested"


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check = small_jets.Checker(jetvit, folder)
        good = tiny.write_raw(folder / "good.parquet", jets=6)
        top = folder / "top.parquet"
        images = np.random.default_rng(3).random((4, 125 * 125 * 8)) * 0.01
        pq.write_table(pa.table({"X_jets": pa.array(list(images), pa.list_(pa.float64())), "y": [0.0, 1.0] * 2}), top)
        wrong_options(check, good, top)
        wrong_inputs(check, folder, good, top)
        skipped_rows(check, folder)
        wrong_outputs(check, folder, good, top)
        disk = full_disk(check, folder)
        print(f"{check.count} mistakes, each answered as it should be (full tmpfs: {disk})")


if __name__ == "__main__":
    main(sys.argv[1])
