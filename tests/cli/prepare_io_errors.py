"""Lets every system call of `jetvit prepare` that changes a file fail once, with a full disk and with a broken one: status 1
and a message that names the store, the old state kept or the new store whole, nothing left next to it."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import kill_prepare
import tiny_training as tiny


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw, old = kill_prepare.two_raw_files(jetvit, folder)
        count = kill_prepare.place_of(jetvit, raw, folder, None).fail_everywhere("ENOSPC")
        count += kill_prepare.place_of(jetvit, raw, folder, old).fail_everywhere("EIO")
        assert count >= 25, count
    print(f"{count} calls that failed: every one reported, no store lost, nothing left")


if __name__ == "__main__":
    main(sys.argv[1])
