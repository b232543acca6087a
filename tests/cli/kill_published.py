"""Kills `jetvit prepare --to png` and `--to tfrecord` at every system call that changes a file, and lets each of them fail,
into a new folder and over an old output: what is left at --out is what was there before or the whole new output, and the
next preparation succeeds and leaves nothing else."""
import hashlib
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import interrupted
import tiny_training as tiny

FORMATS = {"png": ("--to", "png"), "tfrecord": ("--to", "tfrecord", "--compression", "gzip")}


def prepare(jetvit, raw, out, form, *more):
    return [str(word) for word in (jetvit, "prepare", raw, "--out", out, "--mode", "published", *FORMATS[form], "--threads", "1", *more)]


def state(out):
    """A digest of all files; None where nothing stands there."""
    if not out.exists():
        return None
    names = sorted(path.relative_to(out) for path in out.rglob("*"))
    digest = hashlib.sha256("\n".join(map(str, names)).encode())
    for name in names:
        digest.update((out / name).read_bytes() if (out / name).is_file() else b"folder")
    return digest.hexdigest()


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw = tiny.write_raw(folder / "raw.parquet", jets=3)
        other = tiny.write_raw(folder / "other.parquet", jets=2, seed=2)
        for form in FORMATS:
            old = folder / f"old-{form}"
            tiny.check(subprocess.run(prepare(jetvit, other, old, form), capture_output=True, text=True))

            def command(out, form=form):
                return prepare(jetvit, raw, out, form)

            def replacing(out, form=form):
                return prepare(jetvit, raw, out, form, "--overwrite")

            fresh, over = interrupted.Place(command, state, folder, None), interrupted.Place(replacing, state, folder, old)
            # Both places share the folder that they reset, so that each is disturbed by itself.
            new_kills = fresh.kill_everywhere()
            fresh.fail_everywhere("ENOSPC")
            over_kills = over.kill_everywhere()
            over.fail_everywhere("EIO")
            interrupted.terminate(replacing, state, raw, folder, old)
            assert len(new_kills) >= 10 and len(over_kills) >= 12, (new_kills, over_kills)
            print(f"{form}: {len(new_kills)} kills and failures into a new folder, {len(over_kills)} over an old output "
                  f"({over_kills.count(False)} left it, {over_kills.count(True)} the new one); every output was whole")


if __name__ == "__main__":
    main(sys.argv[1])
