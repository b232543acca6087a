#!/usr/bin/env python3
"""Predictions on data without usable labels: every jet is scored, with the score that it has with its label; labels that are not 0 or 1
are null; identifiers keep every digit; what cannot be carried is named."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tiny_training as tiny

JETS = 40


def label_columns(values):
    """Columns by name, with the labels that the scores must have; None: no column label."""
    names = ["quark" if value else "gluon" for value in values]
    some = [None if row % 3 == 0 else value for row, value in enumerate(values)]
    nothing = [None] * JETS
    return {"as_it_is": (pa.array(values), values), "null": (pa.nulls(JETS, pa.float64()), nothing), "null_type": (pa.nulls(JETS), nothing),
            "some": (pa.array(some), some), "nan": (pa.array([float("nan")] * JETS), nothing), "minus_1": (pa.array([-1] * JETS), nothing),
            "both_signs": (pa.array([2 * value - 1 for value in values]), [value or None for value in values]),
            "text": (pa.array(names), None), "categories": (pa.array(names).dictionary_encode(), None), "absent": (None, None)}


def main():
    jetvit = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = tiny.make_store(jetvit, folder)
        run = folder / "run"
        tiny.check(tiny.train(jetvit, store, run, "--set", "train.epochs=1"))
        table = pq.read_table(folder / "jets.parquet").slice(0, JETS)
        values = [int(value) for value in table["y"].to_pylist()]
        identifiers = [None if row == 7 else (1 << 60) + 7 * row for row in range(JETS)]
        table = table.append_column("event", pa.array(identifiers, pa.int64())).append_column("top", pa.array([(1 << 64) - 1 - row for row in range(JETS)], pa.uint64()))
        table = table.append_column("when", pa.array(range(JETS), pa.timestamp("us")))

        def predict(path, *more):
            out = folder / "scores.parquet"
            done = tiny.check(mistakes.run(jetvit, "predict", run, "--data", path, "--out", out, "--overwrite", "--threads", "1", *more))
            assert "when (timestamps)" in done.stderr or path == store, done.stderr
            return pq.read_table(out), done.stderr

        scores = {}
        for case, (column, expected) in label_columns(values).items():
            path = folder / f"{case}.parquet"
            place = table.schema.get_field_index("y")
            pq.write_table(table.remove_column(place) if column is None else table.set_column(place, "y", column), path)
            got, said = predict(path)
            scores[case] = got["score"].to_pylist()
            assert got.num_rows == JETS and scores[case] == scores["as_it_is"], case
            assert ("label" in got.column_names) == (expected is not None), (case, got.column_names)
            if expected is not None:
                assert got["label"].to_pylist() == expected, (case, got["label"].to_pylist())
                assert got.schema.field("label").type == pa.uint8()
                assert ("have no label" in said) == (None in expected), (case, said)
            assert ("y (text)" in said) == (case in ("text", "categories")), (case, said)
            assert got["event"].to_pylist() == identifiers and got["top"].to_pylist() == table["top"].to_pylist(), case
        got, _ = predict(folder / "both_signs.parquet", "--positive-label", "1")
        assert got["label"].to_pylist() == values
        mistakes.expect(mistakes.run(jetvit, "predict", run, "--data", folder / "text.parquet", "--out", folder / "new.parquet", "--label-column", "when"), 1,
                        "label column when holds timestamps")

        # The same identifiers through a store; training and evaluation skip what has no label, and count it.
        done = tiny.check(mistakes.run(jetvit, "prepare", folder / "some.parquet", "--out", folder / "some", "--threads", "1"))
        assert "no finite label y" in done.stdout + done.stderr, (done.stdout, done.stderr)
        out = folder / "store.parquet"
        tiny.check(mistakes.run(jetvit, "predict", run, "--data", folder / "some", "--out", out, "--threads", "1"))
        got = pq.read_table(out)
        kept = [row for row in range(JETS) if row % 3]
        assert sorted(got["source_row"].to_pylist()) == kept
        for row in got.to_pylist():
            assert row["event"] == identifiers[row["source_row"]] and row["top"] == (1 << 64) - 1 - row["source_row"], row
        measured = mistakes.run(jetvit, "evaluate", "--scores", out, "--out", folder / "measured", "--allow-trained")
        tiny.check(measured)

        # Data without labels have no classes.
        for case in ("absent", "text"):
            done = tiny.check(mistakes.run(jetvit, "inspect", folder / f"{case}.parquet"))
            assert f"{JETS} jets (without labels)" in done.stdout and "of class" not in done.stdout, done.stdout
            mistakes.expect(mistakes.run(jetvit, "inspect", folder / f"{case}.parquet", "--pictures", folder / "pictures"), 2, "has no labels")
        done = tiny.check(mistakes.run(jetvit, "inspect", folder / "absent.parquet", "--compare", folder / "as_it_is.parquet"))
        assert f"{JETS} jets without labels" in done.stdout and "jets of gluon" in done.stdout, done.stdout
        mistakes.expect(mistakes.run(jetvit, "inspect", folder / "absent.parquet", "--label-column", "Y"), 1, 'has no label column "Y"')
    print(f"{len(scores)} kinds of labels: all jets scored")


if __name__ == "__main__":
    main()
