"""What `jetvit inspect` shows of inputs of any order and size: pictures of the whole input, the rows that were left out by
file, whole sets of pictures; and that it refuses to verify what has no digests."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tiny_training as tiny


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
    told = json.loads(tiny.check(inspect(jetvit, raw, *words, folder / "pictures", "--json")).stdout)
    assert told["pictures"]["jets"] == 110500 and 50500 < told["pictures"]["jets_of_spectra"] < 60500, told["pictures"]
    names = {path.name for path in (folder / "pictures").iterdir()}
    assert {"jets_class_0.png", "jets_class_1.png"} < names, names
    shown = tiny.check(inspect(jetvit, raw, *words, folder / "again")).stdout
    assert f"averages of all jets, spectra of {told['pictures']['jets_of_spectra']:,} of 110,500" in shown, shown
    compared = json.loads(tiny.check(inspect(jetvit, raw, "--compare", folder / "few.parquet", *words, folder / "compared", "--json")).stdout)
    assert 50000 < compared["first"]["jets_of_spectra"] < 60500 and compared["second"]["jets_of_spectra"] == 70, compared
    shown = tiny.check(inspect(jetvit, raw, "--compare", folder / "few.parquet", *words, folder / "compared_again")).stdout
    assert f"spectra of {compared['first']['jets_of_spectra']:,} of 110,500 jets and of 70 of 70 jets" in shown, shown
    # A store shows all its splits.
    tiny.check(mistakes.run(jetvit, "prepare", folder / "few.parquet", "--layout", "chw", "--out", folder / "store"))
    shown = tiny.check(inspect(jetvit, folder / "store", "--verify", "--pictures", folder / "of_store")).stdout
    assert "averages of all jets, spectra of 70 of 70" in shown, shown


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        sorted_by_class(folder / "few.parquet", (40, 30))
        pictures_of_all(jetvit, folder)
    print("inspect: pictures of whole inputs, skipped rows by file, whole sets of pictures")


if __name__ == "__main__":
    main(sys.argv[1])
