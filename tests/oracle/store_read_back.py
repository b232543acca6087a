"""Runs the reader that docs/data_format.md prints, as it stands there, on a store, and compares every pixel with the raw file."""
import os
import pathlib
import re
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import numpy as np
import pyarrow.parquet as pq
import tiny_training as tiny


def documented_reader():
    document = (tiny.SOURCE / "docs/data_format.md").read_text()
    snippets = [text for text in re.findall(r"```python\n(.*?)```", document, re.DOTALL) if "manifest.json" in text]
    assert len(snippets) == 1, "docs/data_format.md should print one reader of stores"
    return snippets[0]


def main(jetvit):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tiny.make_store(jetvit, folder, jets=60)
        raw = pq.read_table(folder / "jets.parquet").to_pylist()
        seen = []

        def collect(jet, image):
            row = raw[jet["source_row"]]
            expected = np.array(row["X_jets"], np.float64).astype(np.float32)
            assert image.dtype == np.float32 and np.array_equal(image.reshape(expected.shape), expected), jet["source_row"]
            assert jet["label"] == row["y"] and jet["weight"] == 1, jet["source_row"]
            assert jet["pt"] == row["pt"] and jet["m0"] == row["m0"] and jet["source_file"] == 0
            seen.append(jet["source_row"])

        os.chdir(folder)  # the reader opens "store"
        exec(documented_reader() + "        collect(jet, image)\n", {"collect": collect})
        os.chdir("/")
        assert sorted(seen) == list(range(60)), seen
    print(f"the documented reader gives back all {len(seen)} jets")


if __name__ == "__main__":
    main(sys.argv[1])
