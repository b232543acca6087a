"""Lets every system call of `jetvit prepare` that changes a file fail once, with a full disk and with a broken one: status 1
and a message that names the store, the old state kept or the new store whole, nothing left beside it."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import kill_prepare as kill
import tiny_training as tiny

# What fails without harm: left-overs that cannot be removed go at the next preparation.
HARMLESS = ("unlink", "unlinkat", "rmdir")


def fail_everywhere(jetvit, raw, folder, old, cause):
    place = kill.Place(jetvit, raw, folder, "store", old)
    count = 0
    for call, number in place.changes:
        done = place.disturbed(call, number, f"error={cause}")
        where = (call, number, cause, done.stderr)
        left = kill.state(place.store)
        if call in HARMLESS:
            assert done.returncode == 0 and left == place.after, where
            continue
        assert done.returncode == 1 and "jetvit: " in done.stderr and str(place.target) in done.stderr, where
        assert "terminate" not in done.stderr and "filesystem error" not in done.stderr, where
        # The folder may fail to become durable after the manifest is in place: then the new store stays, and the old shards.
        assert left in (place.before, place.after), where
        if left == place.before:
            assert place.listing() == place.old_names, (where, place.listing(), place.old_names)
        place.check_next(where)
        count += 1
    return count


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw, old = kill.two_raw_files(jetvit, folder)
        count = fail_everywhere(jetvit, raw, folder, None, "ENOSPC") + fail_everywhere(jetvit, raw, folder, old, "EIO")
        assert count >= 25, count
    print(f"{count} calls that failed: every one reported, no store lost, nothing left")


if __name__ == "__main__":
    main(sys.argv[1])
