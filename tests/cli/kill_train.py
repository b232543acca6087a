"""Kills a training at its writes, fsyncs, renames, new files and removals, resumes it and asks for the weights of an unbroken
run. One that replaces a former run leaves, wherever it is killed, the whole former run or one that is resumed so."""
import hashlib
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import interrupted
import tiny_training as tiny

CALLS = ("write", "fsync", "rename", "openat", "unlink")  # openat: where it makes a file


def contents(run):
    """The digests of all files but hidden ones, by their names below the folder."""
    return {str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in run.rglob("*") if path.is_file() and not path.name.startswith(".")}


def weights(contents_):
    return {name: digest for name, digest in contents_.items() if name.endswith(".safetensors")}


def kill_everywhere(jetvit, store, folder, calls, per_call, *more, former=None, **recipe):
    """Kills a training, over a copy of the run `former` where there is one. Returns for each kill, whether it resumed to the
    bytes of the unbroken one (True) or left the former run as it was (False)."""
    folder.mkdir()
    begin = () if former is None else ("--overwrite",)

    def prepared(name):
        if former is not None:
            shutil.copytree(former, folder / name)
        return folder / name

    whole = prepared("whole")
    log = folder / "strace.txt"
    tiny.check(interrupted.traced(tiny.train_command(jetvit, store, whole, *more, *begin, **recipe), log))
    expected = contents(whole)
    assert {"last.safetensors", "best.safetensors"} <= set(expected), expected
    before = {} if former is None else contents(former)
    outcomes = []
    for call, number in interrupted.sample(interrupted.changing_calls(log, whole), calls, per_call):
        run = prepared(f"{call}_{number}")
        killed = subprocess.run(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
             f"inject={call}:signal=KILL:when={number}"] + tiny.train_command(jetvit, store, run, *more, *begin, **recipe),
            capture_output=True, text=True)
        assert killed.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), (call, number, killed)
        replaced = former is None or contents(run) != before
        tiny.check(tiny.train(jetvit, store, run, *more, *(["--resume"] if replaced else begin), **recipe))
        left = contents(run)
        assert weights(left) == weights(expected), f"killed at {call} {number}: other weights"
        assert left.keys() == expected.keys() and not list(run.glob(".*")), (call, number, list(run.iterdir()))
        outcomes.append(replaced)
        shutil.rmtree(run)
    return outcomes


def former_run(jetvit, store, folder):
    """A run of another seed, in which an evaluation and what its owner put there lie."""
    run = folder / "former"
    tiny.check(tiny.train(jetvit, store, run, "--set", "train.seed=7"))
    tiny.check(subprocess.run([jetvit, "evaluate", run, "--baselines", "0", "--threads", "1"], capture_output=True, text=True))
    (run / "best_of_phase_2.safetensors").write_text("of a recipe in phases")
    (run / "notes.txt").write_text("precious")
    return run


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store = tiny.make_store(jetvit, folder)
        kills = kill_everywhere(jetvit, store, folder / "one", CALLS, 3)
        over = kill_everywhere(jetvit, store, folder / "over", CALLS, 4, former=former_run(jetvit, store, folder))
        assert False in over and over.count(True) >= 12, over
        final = contents(folder / "over/whole")
        assert final.keys() == {*contents(folder / "one/whole"), "notes.txt"}, final.keys()
        # Renames lie in all three phases and between them.
        phased = kill_everywhere(jetvit, store, folder / "phases", ("rename",), 5, "--set", "train.epochs=1",
                                 recipe="demo/effswin_nano_phases.toml")
        assert {"best_of_phase_1.safetensors", "best_of_phase_2.safetensors"} <= set(contents(folder / "phases/whole"))
    print(f"{len(kills)} kills of a training and {len(phased)} of one in phases, each resumed to the same weights; of {len(over)} over a "
          f"former run {over.count(False)} left that whole, the others resumed to the same weights")


if __name__ == "__main__":
    main(sys.argv[1])
