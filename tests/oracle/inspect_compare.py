"""`jetvit inspect A --compare B` against numpy's means and errors of the same two sets, one of them as raw Parquet and as a store."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import mistakes
import numpy as np
import pyarrow.parquet as pq
import tiny_training as tiny

# Sums of 200 numbers in another order.
TOLERANCE = 1e-11


def numpy_means(path):
    table = pq.read_table(path)
    images = np.array(table["X_jets"].to_pylist(), np.float64).astype(np.float32).astype(np.float64)
    columns = {name: table[name].to_numpy() for name in ("pt", "m0")}
    for index, channel in enumerate(("tracks", "ecal", "hcal")):
        columns[f"{channel} pixels"] = np.count_nonzero(images[:, index], axis=(1, 2))
        columns[f"{channel} sum"] = images[:, index].sum(axis=(1, 2))
    return {name: (values.mean(), values.std(ddof=1) / np.sqrt(len(values))) for name, values in columns.items()}


def close(got, expected):
    return abs(got - expected) <= TOLERANCE * max(1, abs(expected))


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        one = tiny.write_raw(folder / "one.parquet", jets=200)
        two = tiny.write_raw(folder / "two.parquet", jets=150, labels=(1,), seed=5)
        tiny.check(mistakes.run(jetvit, "prepare", two, "--out", folder / "store"))
        expected = numpy_means(one), numpy_means(two)
        for second in (two, folder / "store"):
            done = tiny.check(mistakes.run(jetvit, "inspect", one, "--compare", second, "--json", "--threads", "2"))
            told = json.loads(done.stdout)
            assert told["second"]["class_0"] == 0 and told["second"]["class_1"] == 150, told["second"]
            assert {row["name"] for row in told["observables"]} == expected[0].keys()
            for row in told["observables"]:
                name = row["name"]
                for side, means in zip(("first", "second"), expected):
                    assert close(row[side]["mean"], means[name][0]) and close(row[side]["error"], means[name][1]), (row, means[name])
                pull = (expected[1][name][0] - expected[0][name][0]) / (np.hypot(expected[0][name][1], expected[1][name][1]) or np.inf)
                assert abs(row["difference_in_errors"] - pull) <= 1e-6 * max(1, abs(pull)), (row, pull)
        # Other channels are refused; so are pictures of two sets.
        other = tiny.write_raw(folder / "other.parquet", jets=20, channels=2)
        mistakes.expect(mistakes.run(jetvit, "inspect", one, "--compare", other), 1, "has 2 channels", "has 3")
        mistakes.expect(mistakes.run(jetvit, "inspect", one, "--compare", two, "--pictures", folder / "p"), 2, "--pictures")
        table = tiny.check(mistakes.run(jetvit, "inspect", one, "--compare", two)).stdout
        assert "tracks pixels" in table and "difference in errors" in table, table
        print(f"{len(expected[0])} means and errors equal numpy's")


if __name__ == "__main__":
    main(sys.argv[1])
