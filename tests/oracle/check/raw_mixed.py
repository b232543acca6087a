"""Files of one data set written in different ways (types, list kinds, names and order of columns, codecs) prepare into one
store, jet for jet what pyarrow reads."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import raw_files as raw
import tiny_training as tiny

KINDS = [("list", pa.float64(), pa.float64(), "snappy", 1), ("large_list", pa.float32(), pa.int64(), "zstd", 100),
         ("fixed_size_list", pa.float32(), pa.bool_(), "none", 7), ("list", pa.float32(), pa.int32(), "gzip", 3)]


def write_files(folder):
    random = np.random.default_rng(5)
    expected = []
    for number, (kind, type_, label, codec, rows) in enumerate(KINDS):
        images = raw.make_images(random, 10 + number, raw.SHAPE, negative=False)
        data = raw.table(random, images, kind, type_, name="X_jets" if number % 2 else "X_jet", label=label)
        order = random.permutation(data.column_names)
        order = [name for name in order if name not in ("pt", "m0")]
        order[number % 2:number % 2] = ["pt", "m0"]  # observers keep their order, not their places
        pq.write_table(data.select(order), folder / f"jets_{number}.parquet", compression=codec, row_group_size=rows,
                       data_page_version="2.0" if number % 2 else "1.0")
        expected.append((images, data.drop_columns([name for name in data.column_names if name.startswith("X_")]).to_pylist()))
    return expected


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        expected = write_files(folder)
        store = folder / "store"
        tiny.check(mistakes.run(sys.argv[1], "prepare", folder, "--out", store, "--zero-threshold", "0"))
        manifest = json.loads((store / "manifest.json").read_text())
        assert [pathlib.Path(source["name"]).name for source in manifest["sources"]] == [f"jets_{n}.parquet" for n in range(4)]
        count = 0
        for shard in manifest["shards"]:
            for row in pa.ipc.open_file(str(store / shard["file"])).read_all().to_pylist():
                images, rows = expected[row["source_file"]]
                image = np.zeros((3, 625), np.float32)
                ends = np.cumsum(row["counts"])
                for channel, (begin, end) in enumerate(zip(ends - row["counts"], ends)):
                    image[channel, row["pixel"][begin:end]] = row["value"][begin:end]
                place = row["source_row"]
                assert np.array_equal(image.reshape(raw.SHAPE), images[place]), (row["source_file"], place)
                assert row["label"] == int(rows[place]["y"]) and row["pt"] == rows[place]["pt"] and row["m0"] == rows[place]["m0"]
                count += 1
        assert count == sum(len(images) for images, _ in expected)
    print(f"{len(KINDS)} files of different variants: {count} jets as pyarrow reads them")


if __name__ == "__main__":
    main()
