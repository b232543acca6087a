"""A store and two stopped runs of version 0.1 (tests/fixtures/version_0_1): predicted, evaluated and resumed they come to what that
version came to, and its recipes are refused with the names of today."""
import json
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import numpy as np
import pyarrow.parquet as pq
import tiny_training as tiny

FIXTURE = tiny.SOURCE / "tests/fixtures/version_0_1"
STORE, JETS = FIXTURE / "store", FIXTURE / "jets.parquet"
# Of numbers that another processor, or another kernel of this one, rounds otherwise; the AUC is one of ranks of 74 jets.
LOSS, AUC, LOGIT = 1e-4, 5e-3, 1e-3
RECIPES = {
    "stopped_in_epoch": """model = {name = "swin_nano", embed_dim = 8, depths = [1, 1, 1]}
image = {size = 24}
augment = {horizontal_flip = 0.5}
train = {epochs = 3, batch_size = 8, drop_last = true, ema_decay = 0.9, save_every_steps = 1}
optimizer = {lr = 1e-3, weight_decay = 0.05}
schedule = {kind = "cosine", warmup_epochs = 0.5}
""",
    "stopped_in_stage": """model = {name = "effswin_nano", embed_dim = 8, depths = [1, 1, 1], front_dim = [8, 8, 16], stem_width = 8}
image = {size = 24}
train = {epochs = 2, batch_size = 8, drop_last = true, save_every_steps = 1}
optimizer = {lr = 1e-3, decay_norms_and_biases = true}
[[phase]]
name = "swin"
model = {name = "swin_nano", embed_dim = 8, depths = [1, 1, 1]}
[[phase]]
name = "front"
freeze = ["layers.*", "norm.*", "head.*"]
[[phase]]
name = "all"
optimizer = {kind = "sgd", lr = 1e-2}
""",
}


class Run:
    """A copy of a stopped run, with the recipe that it had in today's words."""

    def __init__(self, jetvit, folder, name):
        self.jetvit, self.folder, self.name = jetvit, folder, name
        self.path, self.recipe = folder / name, folder / f"{name}.toml"
        self.expected = json.loads((FIXTURE / "expected.json").read_text())[name]
        shutil.copytree(FIXTURE / name, self.path)
        self.recipe.write_text(RECIPES[name])

    def train(self, *more, recipe=None):
        return mistakes.run(self.jetvit, "train", recipe or self.recipe, "--data", STORE, "--out", self.path, "--resume", *more)

    def logits(self, model, data):
        scores = self.folder / "scores.parquet"
        tiny.check(mistakes.run(self.jetvit, "predict", model, "--data", data, "--out", scores, "--threads", "1", "--overwrite"))
        return pq.read_table(scores)["logit"].to_numpy()

    def evaluate(self, model, *more):
        out = self.folder / "evaluation"
        tiny.check(mistakes.run(self.jetvit, "evaluate", model, "--data", STORE, "--out", out, "--overwrite", "--baselines", "0",
                                "--threads", "1", *more))
        return json.loads((out / "metrics.json").read_text())["classifiers"][0]

    def rows(self):
        return [json.loads(line) for line in (self.path / "metrics.jsonl").read_text().splitlines()]


def use_unfinished(run):
    """As they are, stopped runs score and are measured; that of all phases but the last has no best.safetensors yet."""
    for name in ("last", "best"):
        model = run.path / f"{name}.safetensors"
        if model.exists():
            assert len(run.logits(model, JETS)) == 480 and run.evaluate(model)["jets"] == 64, model
    if (run.path / "best.safetensors").exists():
        assert np.isclose(run.evaluate(run.path, "--split", "validation")["auc"], run.expected["epochs"][0]["validation_auc"], atol=AUC)


def refuse_former_names(run):
    for former in FIXTURE.glob("*.toml"):
        done = run.train(recipe=former)
        mistakes.expect(done, 2, former.name, "is now called")
    for setting, name in (("optimiser.lr=1", '"optimizer"'), ("stage.2.train.epochs=1", '"phase"')):
        mistakes.expect(run.train("--set", setting), 2, f"is now called {name}")


def resume(run):
    """With the threads that it had, which nobody gives again, and without the last batches, which version 0.1 left out."""
    kept = run.rows()
    mistakes.expect(run.train("--set", "train.drop_last=false"), 2, "train.drop_last is false, was true")
    done = tiny.check(run.train())
    assert "1 thread\n" in done.stderr, done.stderr
    rows, record = run.rows(), json.loads((run.path / "run.json").read_text())
    assert record["status"] == "finished" and record["resumed_at_step"] == run.expected["stopped_at"]["step"], record
    assert record["compute"] == {"device": "cpu", "threads": 1} and record["build"]["version"] and "device" not in record, record
    assert len(rows) == len(run.expected["epochs"]), rows
    for row, expected in zip(rows, run.expected["epochs"]):
        assert (row["epoch"], row["step"]) == (expected["epoch"], expected["step"]), (row, expected)
        for key, tolerance in (("train_loss", LOSS), ("validation_loss", LOSS), ("validation_auc", AUC)):
            assert abs(row[key] - expected[key]) <= tolerance, (run.name, key, row, expected)
    assert [row | {"phase": 0} for row in rows[:len(kept)]] == [
        {"phase" if key == "stage" else key: value for key, value in row.items()} | {"phase": 0} for row in kept]
    assert [row.get("phase") for row in rows] == ([1, 1, 2, 2, 3, 3] if "phase" in rows[-1] else [None] * 3), rows
    far = np.abs(run.logits(run.path, JETS) - run.expected["logits"]).max()
    assert far <= LOGIT, (run.name, far)
    assert 0.3 < run.evaluate(run.path)["auc"] < 1
    tiny.check(mistakes.run(run.jetvit, "evaluate", run.path, "--data", STORE, "--baselines", "0"))  # with its learning curve
    assert (run.path / "evaluation-test/learning.png").exists()
    return far


def main(jetvit):
    tiny.check(mistakes.run(jetvit, "inspect", STORE, "--verify"))
    for name in RECIPES:
        with tempfile.TemporaryDirectory() as folder:
            run = Run(jetvit, pathlib.Path(folder), name)
            use_unfinished(run)
            refuse_former_names(run)
            print(f"{name}: resumed to the numbers of version 0.1, logits within {resume(run):.1e}")


if __name__ == "__main__":
    main(sys.argv[1])
