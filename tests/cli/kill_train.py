"""Kills a training at its writes, fsyncs, renames, new files and removals, resumes it and asks for the weights and the log of an
unbroken run. It resumes at the step of its last checkpoint, never before it, and keeps the best weights of before the kill. One
that replaces a former run leaves, wherever it is killed, the whole former run or one that is resumed so."""
import hashlib
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import interrupted
import pyarrow.compute as pc
import pyarrow.parquet as pq
import tiny_training as tiny
from safetensors import safe_open

OF_THE_CLOCK = ("wall_time", "train_seconds", "validation_seconds", "jets_per_second", "data_wait_percent")
CALLS = ("write", "fsync", "rename", "openat", "unlink")  # openat: where it makes a file


def contents(run):
    """The digests of all files but hidden ones, by their names below the folder."""
    return {str(path.relative_to(run)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in run.rglob("*") if path.is_file() and not path.name.startswith(".")}


def weights(contents_):
    return {name: digest for name, digest in contents_.items() if name.endswith(".safetensors")}


def make_store(jetvit, folder):
    """A validation whose labels are the other way round: the better a training learns, the worse it does, so that its best
    epoch is the first and most kills come after it."""
    raw = {name: tiny.write_raw(folder / f"{name}.parquet", jets=jets, seed=jets) for name, jets in (("train", 112), ("validation", 48))}
    table = pq.read_table(raw["validation"])
    flipped = pc.subtract(1.0, table["y"])
    pq.write_table(table.set_column(table.schema.get_field_index("y"), "y", flipped), raw["validation"])
    tiny.check(subprocess.run([jetvit, "prepare", "--train", raw["train"], "--validation", raw["validation"], "--out",
                               folder / "store", "--threads", "1"], capture_output=True, text=True))
    return folder / "store"


def log_of(run):
    """The rows of the log without what a clock measured."""
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [{key: value for key, value in row.items() if key not in OF_THE_CLOCK} for row in rows]


def position(checkpoint):
    with safe_open(checkpoint, "numpy") as file:
        return json.loads(file.metadata()["jetvit"])["position"]


class Progress:
    """What kills at ever later places left: the step of each checkpoint, and how many kills came after the best epoch."""

    def __init__(self, whole):
        self.best_epoch = position(whole / "best.safetensors")["best_epoch"]
        self.steps, self.after_best = {}, 0

    def look(self, run, saves, where):
        """saves: how many checkpoints the unbroken run had written at the place of the kill. Returns the step to resume at."""
        last = run / "last.safetensors"
        if saves == 0:
            assert not last.exists(), f"{where}: a checkpoint from nowhere"
            return None
        left = position(last)
        assert self.steps.setdefault(saves, left["step"]) == left["step"], f"{where}: checkpoint {saves} is of another step"
        ordered = [self.steps[save] for save in sorted(self.steps)]
        assert ordered == sorted(set(ordered)), f"{where}: steps went back: {ordered}"
        self.after_best += left["best_epoch"] == self.best_epoch
        return left["step"]


def kill_everywhere(jetvit, store, folder, calls, per_call, *more, former=None, after_best=2, **recipe):
    """Kills a training, over a copy of the run `former` where there is one. Returns for each kill, whether it resumed to the
    bytes of the unbroken one (True) or left the former run as it was (False). after_best: how many kills have to come after
    the run's best epoch."""
    folder.mkdir()
    begin = () if former is None else ("--overwrite",)

    def prepared(name):
        if former is not None:
            shutil.copytree(former, folder / name)
        return folder / name

    whole = prepared("whole")
    log = folder / "strace.txt"
    tiny.check(interrupted.traced(tiny.train_command(jetvit, store, whole, *more, *begin, **recipe), log))
    expected, expected_log = contents(whole), log_of(whole)
    assert {"last.safetensors", "best.safetensors"} <= set(expected), expected
    progress = Progress(whole)
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
        where = f"killed at {call} {number}"
        saves = interrupted.names_taken_before(log, call, number, "last.safetensors")
        step = progress.look(run, saves, where) if replaced else None
        tiny.check(tiny.train(jetvit, store, run, *more, *(["--resume"] if replaced else begin), **recipe))
        left = contents(run)
        resumed_at = json.loads((run / "run.json").read_text())["resumed_at_step"]
        assert resumed_at == step, f"{where}: resumed at {resumed_at}, its checkpoint is of step {step}"
        assert weights(left) == weights(expected), f"{where}: other weights"
        assert log_of(run) == expected_log, f"{where}: another log"
        assert left.keys() == expected.keys() and not list(run.glob(".*")), (call, number, list(run.iterdir()))
        outcomes.append(replaced)
        shutil.rmtree(run)
    assert progress.after_best >= after_best and len(progress.steps) >= 3, (progress.after_best, progress.steps)
    return outcomes


def former_run(jetvit, store, folder):
    """A run of another seed, in which an evaluation and what its owner put there lie."""
    run = folder / "former"
    tiny.check(tiny.train(jetvit, store, run, "--set", "train.seed=7"))
    tiny.check(subprocess.run([jetvit, "evaluate", run, "--split", "validation", "--baselines", "0", "--threads", "1"], capture_output=True, text=True))
    (run / "best_of_phase_2.safetensors").write_text("of a recipe in phases")
    (run / "notes.txt").write_text("precious")
    return run


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store = make_store(jetvit, folder)
        kills = kill_everywhere(jetvit, store, folder / "one", CALLS, 3)
        over = kill_everywhere(jetvit, store, folder / "over", CALLS, 4, former=former_run(jetvit, store, folder))
        assert False in over and over.count(True) >= 12, over
        final = contents(folder / "over/whole")
        assert final.keys() == {*contents(folder / "one/whole"), "notes.txt"}, final.keys()
        # Renames lie in all three phases and between them.
        phased = kill_everywhere(jetvit, store, folder / "phases", ("rename",), 5, "--set", "train.epochs=1",
                                 after_best=0, recipe="demo/effswin_nano_phases.toml")
        assert {"best_of_phase_1.safetensors", "best_of_phase_2.safetensors"} <= set(contents(folder / "phases/whole"))
    print(f"{len(kills)} kills of a training and {len(phased)} of one in phases, each resumed to the same weights; of {len(over)} over a "
          f"former run {over.count(False)} left that whole, the others resumed to the same weights")


if __name__ == "__main__":
    main(sys.argv[1])
