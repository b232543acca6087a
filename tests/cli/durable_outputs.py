"""Every command that writes: each file takes its name only when its bytes are on the disk, each name is brought to the disk after
it, and what stood there stays until then. The laws, which are read off the system calls, are in oracle/lib/durability.py."""
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import durability
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tiny_training as tiny

TRACE = """\
1 openat(AT_FDCWD</w>, "/w/.a.tmp", O_WRONLY|O_CREAT|O_EXCL, 0666) = 3</w/.a.tmp>
1 write(3</w/.a.tmp>, ""..., 10 <unfinished ...>
2 write(2</dev/pts/0>, ""..., 3) = 3
1 <... write resumed>) = 10
1 fsync(3</w/.a.tmp>) = 0
1 rename("/w/.a.tmp", "/w/a") = 0
1 fsync(3</w>) = 0"""


def planted(*changes):
    lines = TRACE
    for old, new in changes:
        assert old in lines, old
        lines = lines.replace(old, new)
    return durability.Laws("/w", last={"a"}).follow(lines.splitlines()).broken


def laws_hold_and_are_broken():
    """Each law against a trace that it is made for."""
    removal = '1 unlink("/w/a") = 0\n1 rename('
    link = '1 linkat(AT_FDCWD</w>, "/w/b", AT_FDCWD</w>, "/w/c", 0) = 0\n1 rename('
    assert planted() == []
    for law, change in {"law 1": ("1 fsync(3</w/.a.tmp>) = 0\n", ""), "law 1:": ("fsync(3</w/.a.tmp>) = 0", "fsync(3</w/.a.tmp>) = -1 EIO (E)"),
                        "law 2": ("\n1 fsync(3</w>) = 0", ""), "law 2:": ("fsync(3</w>)", "fsync(3</v>)"), "law 3": ("1 rename(", link),
                        "law 4": ("1 rename(", removal)}.items():
        broken = planted(change)
        assert len(broken) == 1 and broken[0].startswith(law), (law, broken)
    late = "1 fsync(3</w/.a.tmp>) = 0\n"
    assert planted((late, late + '1 write(3</w/.a.tmp>, ""..., 1) = 1\n'))[0].startswith("law 1")
    with tempfile.NamedTemporaryFile() as file:
        path = pathlib.Path(file.name)
        found = durability.Laws(path.parent).follow([f'1 openat(AT_FDCWD</w>, "{path}", O_WRONLY|O_CREAT, 0666) = 3<{path}>'])
        assert len(found.broken) == 1 and found.broken[0].startswith("law 5"), found.broken


def main(jetvit):
    tiny.require_strace()
    laws_hold_and_are_broken()
    with tempfile.TemporaryDirectory() as name:
        base = pathlib.Path(name).resolve()
        folder = base / "written"
        folder.mkdir()
        names = 0

        def keeps_laws(*words, last=()):
            nonlocal names
            names += durability.check([jetvit, *words], folder, base / "strace.txt", last)

        raw = tiny.write_raw(base / "raw.parquet", jets=60)
        other = tiny.write_raw(base / "other.parquet", jets=60, seed=2)
        manifest = {"manifest.json"}
        for data in (raw, other):  # the second over the output of the first
            keeps_laws("prepare", data, "--out", folder / "deep/store", "--overwrite", last=manifest)
            for form in (("png",), ("tfrecord", "--compression", "gzip")):
                keeps_laws("prepare", data, "--out", folder / form[0], "--overwrite", "--mode", "published", "--to", *form)
        for part in (1, 2):
            keeps_laws("prepare", raw, other, "--shard", f"{part}/2", "--out", folder / f"part_{part}", last=manifest)
        keeps_laws("prepare", "--merge", folder / "part_1", folder / "part_2", "--out", folder / "merged", last=manifest)

        run = folder / "run"
        for more in ((), ("--overwrite",), ("--resume",)):
            command = tiny.train_command(jetvit, folder / "deep/store", run, *more)[1:]
            keeps_laws(*command, last={"last.safetensors"})
        for more in ((), ("--overwrite",)):
            keeps_laws("predict", run, "--data", folder / "deep/store", "--out", folder / "scores.parquet", "--threads", "1", *more)
            keeps_laws("weights", "resnet_15", "--set", "channels=3", "--set", "outputs=1", "--out", folder / "weights.safetensors", *more)
            keeps_laws("inspect", raw, "--pictures", folder / "pictures", *more)
        keeps_laws("evaluate", run, "--baselines", "0", "--threads", "1")
        label = np.arange(40) % 2
        pq.write_table(pa.table({"score": (np.arange(40) / 40 + label) / 2, "label": label}), base / "foreign.parquet")
        for more in ((), ("--overwrite",)):
            keeps_laws("evaluate", "--scores", base / "foreign.parquet", "--out", folder / "measured", *more)
    print(f"{names} names taken, each by a file that was on the disk, and on the disk itself before the command ended")


if __name__ == "__main__":
    main(sys.argv[1])
