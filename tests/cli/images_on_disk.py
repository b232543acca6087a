"""Images that stay in many shards: the limit of open files, and digests whose comparison the processes of a host share."""
import json
import pathlib
import resource
import struct
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import pyarrow.feather as feather
import pyarrow.parquet as pq
import tiny_training as tiny
from mistakes import expect

FILES = 150  # each has shards of its own
DISK = ("--images", "disk", "--set", "train.epochs=1")


def make_store(jetvit, folder):
    """A store of many shards."""
    table = pq.read_table(tiny.write_raw(folder / "jets.parquet", jets=2 * FILES))
    (folder / "files").mkdir()
    for number in range(FILES):
        pq.write_table(table.slice(2 * number, 2), folder / f"files/{number}.parquet")
    tiny.check(mistakes.run(jetvit, "prepare", folder / "files", "--out", folder / "store", "--validation-share", "0.5", "--threads", "1"))
    return folder / "store"


def limited(soft, hard):
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))}


def limits_of_files(jetvit, store, folder):
    shards = len(list(store.glob("*.arrow")))
    assert shards > FILES, shards
    few, enough = 100, 1000
    train = lambda run, limit: mistakes.run(*tiny.train_command(jetvit, store, folder / run, *DISK), **limit)
    tiny.check(train("raised", limited(few, enough)))
    refused = train("refused", limited(few, few))
    expect(refused, 1, store, "open files", f"the hard limit of this process is {few}")
    assert not (folder / "refused").exists()


def damage(store, place):
    """Changes the last bit of a pixel in the training shard at this place: nothing but the digest shows it."""
    shards = [shard["file"] for shard in json.loads((store / "manifest.json").read_text())["shards"] if shard["split"] == "train"]
    shard = store / shards[place]
    value = struct.pack("<f", feather.read_table(shard)["value"][0][0].as_py())
    content = bytearray(shard.read_bytes())
    content[content.index(value)] ^= 1
    shard.write_bytes(content)
    return shard


def damaged(jetvit, store, folder):
    """Each process compares every second shard; the failure of one is that of all."""
    for place in (0, 1):
        shard = damage(store, place)
        whole = mistakes.run(*tiny.train_command(jetvit, store, folder / "run", *DISK))
        expect(whole, 1, shard, "differs from its digest in the manifest")
        shared = mistakes.run(*tiny.train_command(jetvit, store, folder / "run", *DISK, "--processes", "2"))
        assert shared.returncode == 1 and f"{shard}: differs from its digest" in shared.stderr, shared.stderr
        assert "does not answer" not in shared.stderr, shared.stderr
        assert not (folder / "run").exists()
        damage(store, place)  # the bit is what it was
    tiny.check(mistakes.run(*tiny.train_command(jetvit, store, folder / "run", *DISK, "--processes", "2")))


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = make_store(jetvit, folder)
        limits_of_files(jetvit, store, folder)
        damaged(jetvit, store, folder)
    print("many shards: the limit of open files is raised or named, and damage found by one process ends all")


if __name__ == "__main__":
    main(sys.argv[1])
