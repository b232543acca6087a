"""Reads the event file of a training with TensorBoard's own reader and compares it with metrics.jsonl."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import tiny_training as tiny
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main(jetvit):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store = tiny.make_store(jetvit, folder)
        run = folder / "run"
        tiny.check(tiny.train(jetvit, store, run))
        rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        assert [row["epoch"] for row in rows] == [1, 2], rows
        events = EventAccumulator(str(run))
        events.Reload()
        for tag in ("train_loss", "validation_auc", "lr"):
            reported = [(event.step, event.value) for event in events.Scalars(tag)]
            assert len(reported) == len(rows), (tag, reported)
            for (step, value), row in zip(reported, rows):
                assert step == row["step"] and abs(value - row[tag]) <= 1e-6 * abs(row[tag]), (tag, step, value, row)
    print("event file and metrics.jsonl agree")


if __name__ == "__main__":
    main(sys.argv[1])
