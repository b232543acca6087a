"""Runs the reader and the check of digests that docs/data_format.md prints, as they stand there, on a store: every pixel is that of the
raw file, a changed manifest or shard is found, and every key of the manifest is described."""
import json
import os
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import numpy as np
import pyarrow.parquet as pq
import tiny_training as tiny
from documented import DOCUMENT, documented, documented_reader


def fails(snippet):
    try:
        exec(snippet, {})
    except AssertionError:
        return True
    return False


def check_digests(store):
    """In the store's parent folder."""
    snippet = documented("manifest_sha256")
    exec(snippet, {})
    manifest = store / "manifest.json"
    whole = manifest.read_text()
    shard = store / json.loads(whole)["shards"][0]["file"]
    manifest.write_text(whole.replace('"rows": 60', '"rows": 61'))
    assert fails(snippet), "a changed manifest keeps its digest"
    manifest.write_text(whole)
    content = shard.read_bytes()
    shard.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert fails(snippet), "a changed shard keeps the fingerprint"
    shard.write_bytes(content)
    exec(snippet, {})


def keys_of(json_value):
    if isinstance(json_value, list):
        return set().union(*map(keys_of, json_value))
    if not isinstance(json_value, dict):
        return set()
    return set(json_value) | keys_of(list(json_value.values()))


def main(jetvit):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        tiny.make_store(jetvit, folder, jets=60)
        raw = pq.read_table(folder / "jets.parquet").to_pylist()
        seen, jets_rising = [], []

        def collect(jet, image):
            row = raw[jet["source_row"]]
            expected = np.array(row["X_jets"], np.float64).astype(np.float32)
            assert image.dtype == np.float32 and np.array_equal(image.reshape(expected.shape), expected), jet["source_row"]
            assert jet["label"] == row["y"] and jet["weight"] == 1, jet["source_row"]
            assert jet["pt"] == row["pt"] and jet["m0"] == row["m0"] and jet["source_file"] == 0
            ends = np.cumsum(jet["counts"])
            jets_rising.append(all((np.diff(jet["pixel"][begin:end]) > 0).all() for begin, end in zip(ends - jet["counts"], ends)))
            seen.append(jet["source_row"])

        os.chdir(folder)  # the reader opens "store"
        exec(documented_reader() + "        collect(jet, image)\n", {"collect": collect})
        check_digests(folder / "store")
        os.chdir("/")
        manifest = json.loads((folder / "store/manifest.json").read_text())
        missing = {key for key in keys_of(manifest) if f"`{key}`" not in DOCUMENT}
        assert not missing, f"docs/data_format.md does not describe {missing}"
        assert all(jets_rising), "the pixels of a channel do not rise"
        assert sorted(seen) == list(range(60)), seen
    print(f"the documented reader gives back all {len(seen)} jets")


if __name__ == "__main__":
    main(sys.argv[1])
