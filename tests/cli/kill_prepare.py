"""Kills `jetvit prepare` at every system call that changes a file, into a new folder and over an old store: what is left is
the old state or the whole new store, and the next preparation succeeds and leaves nothing else."""
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import interrupted
import tiny_training as tiny


def prepare(jetvit, raw, store, *more):
    return [str(word) for word in (jetvit, "prepare", raw, "--out", store, "--threads", "1", "--test-share", "0", *more)]  # two shards


def state(store):
    """The fingerprint of a whole store, checked byte by byte; None where there is no store."""
    if not (store / "manifest.json").exists():
        return None
    manifest = json.loads((store / "manifest.json").read_text())
    for shard in manifest["shards"]:
        content = (store / shard["file"]).read_bytes()
        assert len(content) == shard["bytes"] and hashlib.sha256(content).hexdigest() == shard["sha256"], shard
    return manifest["fingerprint"]


def two_raw_files(jetvit, folder):
    """A raw file and the store of another."""
    raw = tiny.write_raw(folder / "raw.parquet", jets=40)
    other = tiny.write_raw(folder / "other.parquet", jets=40, seed=2)
    tiny.check(subprocess.run(prepare(jetvit, other, folder / "old"), capture_output=True, text=True))
    return raw, folder / "old"


def place_of(jetvit, raw, folder, old):
    # Into a new folder, the same command ends well wherever it was killed, also after its last step.
    more = () if old is None else ("--overwrite",)
    return interrupted.Place(lambda out: prepare(jetvit, raw, out, *more), state, folder, old)


def kill_everywhere(jetvit, raw, folder, old):
    place = place_of(jetvit, raw, folder, old)
    asked = set()

    def inspect(left):
        if left not in asked and place.out.exists():  # the program agrees; asked once for each state
            asked.add(left)
            inspected = subprocess.run([jetvit, "inspect", place.out, "--verify"], capture_output=True, text=True)
            assert inspected.returncode == (1 if left is None else 0), inspected

    return place.kill_everywhere(inspect)


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw, old = two_raw_files(jetvit, folder)
        new_kills = kill_everywhere(jetvit, raw, folder, None)
        over_kills = kill_everywhere(jetvit, raw, folder, old)
        interrupted.terminate(lambda out: prepare(jetvit, raw, out, "--overwrite"), state, raw, folder, old)
        assert len(new_kills) >= 15 and len(over_kills) >= 15, (new_kills, over_kills)
    print(f"{len(new_kills)} kills into a new folder, {len(over_kills)} over an old store ({over_kills.count(False)} left it, "
          f"{over_kills.count(True)} the new one); every store was whole")


if __name__ == "__main__":
    main(sys.argv[1])
