"""What train and predict say to mistakes, and the exit status they leave with."""
import json
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import pyarrow.parquet as pq
import tiny_training as tiny
from mistakes import expect


def main(jetvit):
    jetvit = pathlib.Path(jetvit).absolute()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store = tiny.make_store(jetvit, folder)
        run = folder / "run"

        def train(*more, data=store, out=run):
            return tiny.train(jetvit, data, out, *more)

        def predict(model, data, out, *more):
            words = [jetvit, "predict", model, "--data", data, "--out", out, "--threads", "1", *more]
            return subprocess.run([str(word) for word in words], capture_output=True, text=True)

        expect(train("--set", "train.epoch=3"), 2, 'did you mean "train.epochs"?')
        expect(train("--set", "model.chanels=3"), 2, 'chanels')
        expect(train(data=folder / "absent"), 1, "absent")
        assert not run.exists(), "a refused training left a folder"
        tiny.check(train())
        expect(train(), 1, "holds a finished training", "--overwrite")
        early = folder / "early"  # stopped before its first epoch ended
        shutil.copytree(run, early)
        (early / "best.safetensors").unlink()
        record = json.loads((early / "run.json").read_text())
        (early / "run.json").write_text(json.dumps({**record, "status": "interrupted"}))
        expect(train(out=early), 1, "holds a training that did not finish", "--resume", "--overwrite")
        expect(predict(early, store, folder / "s.parquet"), 1, "holds no best.safetensors: no epoch has ended", "--resume",
               early / "last.safetensors")
        (early / "last.safetensors").unlink()
        (early / "previous.safetensors").unlink(missing_ok=True)
        expect(predict(early, store, folder / "s.parquet"), 1, "it stopped before its first checkpoint", "--resume")
        (early / "run.json").unlink()  # nor is it known what it was
        expect(predict(early, store, folder / "s.parquet"), 1, "it is no run of jetvit train")
        expect(train("--resume", "--set", "optimizer.lr=0.5"), 2, "cannot resume: optimizer.lr is 0.5, was 0.001")
        tiny.check(train("--overwrite"))
        (folder / "theirs").mkdir()
        (folder / "theirs/notes.txt").write_text("precious")
        expect(train("--overwrite", out=folder / "theirs"), 1, "theirs: holds notes.txt but no run that could be replaced (nothing was changed")
        assert [path.name for path in (folder / "theirs").iterdir()] == ["notes.txt"]
        failed = train("--set", "optimizer.lr=100", out=folder / "failed")
        expect(failed, 1, "not finite")
        record = json.loads((folder / "failed/run.json").read_text())
        assert record["status"] == "failed" and failed.stderr.endswith(f"jetvit: {record['error']}\n"), record
        assert record["ended"] >= record["started"] and record["result"]["epochs"] == 0, record

        # Trained with a relative path, a run finds its data from any folder; where they are gone, it asks for --data.
        def evaluate(*more):
            words = [jetvit, "evaluate", folder / "run", "--baselines", "0", "--threads", "1", *more]
            return subprocess.run([str(word) for word in words], capture_output=True, text=True, cwd="/")

        command = tiny.train_command(jetvit, "./store", run, "--overwrite")
        tiny.check(subprocess.run(command, capture_output=True, text=True, cwd=folder))
        assert json.loads((run / "run.json").read_text())["data"]["source"]["data"] == [str(store)]
        tiny.check(evaluate())
        store.rename(folder / "moved")
        expect(evaluate("--overwrite"), 1, f"{run}: the data that it was trained on cannot be read ({store}: no such file) name their present place with --data")
        tiny.check(evaluate("--overwrite", "--data", folder / "moved"))
        (folder / "moved").rename(store)

        (folder / "single").mkdir()
        single = tiny.make_store(jetvit, folder / "single", labels=(1,))
        expect(train(data=single, out=folder / "other"), 1, "label 1, quark (a classifier needs both")

        scores = folder / "scores.parquet"
        tiny.check(predict(run, folder / "jets.parquet", scores))
        expect(predict(run, folder / "jets.parquet", scores), 1, "--overwrite")
        expect(predict(folder / "absent", store, folder / "x.parquet"), 1, "no such run or checkpoint")
        tiny.check(predict(run, store, folder / "store.parquet", "--split"))
        raw = pq.read_table(scores).to_pydict()
        stored = pq.read_table(folder / "store.parquet").to_pydict()
        assert len(raw["score"]) == len(stored["score"]) == 160
        assert set(stored["split"]) == {"train", "validation", "test"}
        by_row = dict(zip(stored["source_row"], stored["logit"]))
        for row, logit, label, score in zip(raw["source_row"], raw["logit"], raw["label"], raw["score"]):
            assert abs(by_row[row] - logit) < 1e-4, (row, logit, by_row[row])
            assert label in (0, 1) and 0 <= score <= 1

        stopped = folder / "stopped"
        process = subprocess.Popen(tiny.train_command(jetvit, store, stopped, "--set", "train.epochs=500"),
                                   stderr=subprocess.PIPE, text=True)
        while not (stopped / "last.safetensors").exists():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.05)
        expect(train("--overwrite", out=stopped), 1, "another process is writing to it")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
        assert '"interrupted"' in (stopped / "run.json").read_text()
    print("every mistake was named")


if __name__ == "__main__":
    main(sys.argv[1])
