"""`jetvit inspect A --compare B` against numpy's means, errors and average images of the same two sets, one of them as raw Parquet and as
a store; with --pictures, the pictures of both."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import mistakes
import numpy as np
import pyarrow.parquet as pq
import tiny_training as tiny

# Sums of 200 numbers in another order.
TOLERANCE = 1e-11


def read(path):
    table = pq.read_table(path)
    return table, np.array(table["X_jets"].to_pylist(), np.float64).astype(np.float32).astype(np.float64)


def numpy_means(table, images):
    columns = {name: table[name].to_numpy() for name in ("pt", "m0")}
    for index, channel in enumerate(("tracks", "ecal", "hcal")):
        columns[f"{channel} pixels"] = np.count_nonzero(images[:, index], axis=(1, 2))
        columns[f"{channel} sum"] = images[:, index].sum(axis=(1, 2))
    return {name: (values.mean(), values.std(ddof=1) / np.sqrt(len(values))) for name, values in columns.items()}


def close(got, expected):
    return abs(got - expected) <= TOLERANCE * max(1, abs(expected))


def write_small(path):
    """Raw Parquet of 40 x 40 images."""
    table = pq.read_table(tiny.write_raw(path, jets=20))
    images = [[[row[:40] for row in channel[:40]] for channel in image] for image in table["X_jets"].to_pylist()]
    pq.write_table(table.set_column(table.schema.get_field_index("X_jets"), "X_jets", [images]), path)
    return path


def check_images(reported, first, second):
    """The numbers behind the picture of second - first."""
    for channel, of in enumerate(reported):
        change = second[:, channel].mean(axis=0) - first[:, channel].mean(axis=0)
        largest = np.unravel_index(np.abs(change).argmax(), change.shape)
        assert close(of["mean_difference"], change.mean()) and close(of["mean_absolute_difference"], np.abs(change).mean()), of
        assert close(of["largest_difference"], change[largest]) and tuple(of["largest_at"]) == largest, (of, largest)


def compare(jetvit, *words):
    return json.loads(tiny.check(mistakes.run(jetvit, "inspect", *words, "--json", "--threads", "2")).stdout)


def check_pictures(jetvit, folder, raw, pictures, names):
    """One set of pictures in a folder, replaced as a whole and only when reported; other files are never touched."""
    def inspect(*more):
        return mistakes.run(jetvit, "inspect", raw, "--pictures", pictures, *more)

    before = {path.name: path.read_bytes() for path in pictures.iterdir()}
    mistakes.expect(inspect(), 1, "same: already exists (nothing was changed)", "--overwrite")
    (pictures / "notes.txt").write_text("precious")
    mistakes.expect(inspect("--overwrite"), 1, "same: holds notes.txt, which no inspection of this kind wrote", "another --pictures")
    (pictures / "notes.txt").unlink()
    mistakes.expect(mistakes.run(jetvit, "inspect", folder / "absent", "--pictures", pictures, "--overwrite"), 1, "no such file")
    assert {path.name: path.read_bytes() for path in pictures.iterdir()} == before
    (pictures / "spectrum_of_another_set.svg").write_text("old")
    tiny.check(inspect("--overwrite"))
    assert {path.name for path in pictures.iterdir()} == {"jets.png"} | names, list(pictures.iterdir())
    assert not list(folder.glob(".*")), list(folder.glob(".*"))


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        one = tiny.write_raw(folder / "one.parquet", jets=200)
        two = tiny.write_raw(folder / "two.parquet", jets=150, labels=(1,), seed=5)
        tiny.check(mistakes.run(jetvit, "prepare", two, "--out", folder / "store"))
        data = read(one), read(two)
        expected = [numpy_means(*of) for of in data]
        for second in (two, folder / "store"):
            reported = compare(jetvit, one, "--compare", second)
            check_images(reported["average_images"], data[0][1], data[1][1])
            assert reported["second"]["class_0"] == 0 and reported["second"]["class_1"] == 150, reported["second"]
            assert {row["name"] for row in reported["observables"]} == expected[0].keys()
            for row in reported["observables"]:
                name = row["name"]
                for side, means in zip(("first", "second"), expected):
                    assert close(row[side]["mean"], means[name][0]) and close(row[side]["error"], means[name][1]), (row, means[name])
                pull = (expected[1][name][0] - expected[0][name][0]) / (np.hypot(expected[0][name][1], expected[1][name][1]) or np.inf)
                assert abs(row["difference_in_errors"] - pull) <= 1e-6 * max(1, abs(pull)), (row, pull)
        # The same jets, in the order of a store's splits, differ nowhere; the pictures are whole.
        same = compare(jetvit, two, "--compare", folder / "store", "--pictures", folder / "same")
        assert all(of["mean_absolute_difference"] == 0 and of["largest_difference"] == 0 for of in same["average_images"]), same
        quantities = ["pt", "m0"] + [f"{channel}_{what}" for channel in ("tracks", "ecal", "hcal") for what in ("pixels", "sum")]
        names = {"averages.png"} | {f"spectrum_{quantity}.{kind}" for quantity in quantities for kind in ("png", "svg")}
        assert {path.name for path in (folder / "same").iterdir()} == names, list((folder / "same").iterdir())
        check_pictures(jetvit, folder, two, folder / "same", names)
        # Other channels are refused, and pictures of images of another size.
        other = tiny.write_raw(folder / "other.parquet", jets=20, channels=2)
        mistakes.expect(mistakes.run(jetvit, "inspect", one, "--compare", other), 1, "has 2 channels", "has 3")
        tiny.check(mistakes.run(jetvit, "prepare", write_small(folder / "small.parquet"), "--out", folder / "small"))
        assert not compare(jetvit, one, "--compare", folder / "small")["average_images"]
        mistakes.expect(mistakes.run(jetvit, "inspect", one, "--compare", folder / "small", "--pictures", folder / "p"), 1, "40 x 40", "--pictures")
        assert not (folder / "p").exists()
        table = tiny.check(mistakes.run(jetvit, "inspect", one, "--compare", two)).stdout
        assert "tracks pixels" in table and "difference in errors" in table, table
        print(f"{len(expected[0])} means and errors and the average images equal numpy's")


if __name__ == "__main__":
    main(sys.argv[1])
