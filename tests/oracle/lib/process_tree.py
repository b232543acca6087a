"""The processes that `jetvit COMMAND --processes N` starts, for the tests that kill them."""
import pathlib
import time


def ranks_of(launcher):
    """Their ids, by rank."""
    found = {}
    for child in pathlib.Path(f"/proc/{launcher.pid}/task/{launcher.pid}/children").read_text().split():
        try:
            environment = pathlib.Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
        except OSError:
            continue
        ranks = [word for word in environment if word.startswith(b"RANK=")]
        if ranks:
            found[int(ranks[0][5:])] = int(child)
    return found


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, process, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def ended(launcher, ranks, status, within):
    """What the launcher said, once it and its processes have ended, in `within` seconds."""
    start = time.monotonic()
    _, errors = launcher.communicate(timeout=within + 30)
    seconds = time.monotonic() - start
    assert launcher.returncode == status, (launcher.returncode, errors)
    assert seconds < within, f"{seconds:.1f} s"
    assert not any(is_running(pid) for pid in ranks.values()), "a process is left"
    return errors
