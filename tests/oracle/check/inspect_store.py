"""`jetvit inspect STORE`: the jets of every split, the preparation, and channels whose numbers are labeled with the jets that they are of,
against numpy's over the jets of each split."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import mistakes
import numpy as np
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import tiny_training as tiny

# Sums of 100,000 numbers in another order.
TOLERANCE = 1e-11


def images_by_split(store, raw):
    """Images and labels of the raw rows that the shards of each split name."""
    table = pq.read_table(raw)
    images = np.array(table["X_jets"].to_pylist(), np.float64).astype(np.float32).astype(np.float64)
    labels = table["y"].to_numpy()
    rows = {}
    for shard in json.loads((store / "manifest.json").read_text())["shards"]:
        rows.setdefault(shard["split"], []).extend(ipc.open_file(store / shard["file"]).read_all()["source_row"].to_pylist())
    return {split: (images[which], labels[which]) for split, which in rows.items()}


def check_channels(reported, images):
    for index, of in enumerate(reported):
        values = images[:, index]
        expected = {"occupancy": np.count_nonzero(values, axis=(1, 2)).mean(), "mean": values.mean(), "standard_deviation": values.std(),
                    "minimum": values.min(), "maximum": values.max()}
        for key, value in expected.items():
            assert abs(of[key] - value) <= TOLERANCE * max(1, abs(value)), (of, key, value)


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw = tiny.write_raw(folder / "jets.parquet", jets=160)
        store = folder / "store"
        tiny.check(mistakes.run(jetvit, "prepare", raw, "--out", store, "--zero-threshold", "0.25", "--threads", "1"))
        expected = images_by_split(store, raw)
        for images, _ in expected.values():
            images[images < 0.25] = 0
        for options in ([], ["--verify"]):
            reported = json.loads(tiny.check(mistakes.run(jetvit, "inspect", store, "--json", *options)).stdout)
            assert reported["preparation"] == {"mode": "standard", "zero_threshold": 0.25, "negative_pixels_dropped": 0, "files": 1}, reported
            assert reported["statistics_of"] == "the split train" and list(reported["splits"]) == ["train", "validation", "test"], reported
            check_channels(reported["channels"], expected["train"][0])
            for split, (images, labels) in expected.items():
                of = reported["splits"][split]
                assert (of["jets"], of["class_1"]) == (len(labels), labels.sum()), (split, of)
                assert ("channels" in of) == bool(options), of
                if options:
                    check_channels(of["channels"], images)
            words = tiny.check(mistakes.run(jetvit, "inspect", store, *options)).stdout
            labels = [line for line in words.splitlines() if line.startswith("channels, over ")]
            others = ["channels, over the split validation:", "channels, over the split test:"]
            assert labels == ["channels, over the split train:"] + (others if options else []), words
            assert "pixels below 0.25 and 0 negative ones" in words, words
        tiny.check(mistakes.run(jetvit, "prepare", "--test", raw, "--out", folder / "tested"))
        reported = json.loads(tiny.check(mistakes.run(jetvit, "inspect", folder / "tested", "--json")).stdout)
        assert reported["statistics_of"] == "all jets" and reported["splits"]["train"]["jets"] == 0, reported
    print("inspect reports splits, preparation and whose channels it shows")


if __name__ == "__main__":
    main(sys.argv[1])
