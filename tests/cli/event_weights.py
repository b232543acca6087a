"""Weights of jets, from raw files to measures and plots, against pyarrow and scikit-learn. Zero and negative weights measure, and do
not train."""
import decimal
import json
import pathlib
import sys
import tempfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn import metrics

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import tiny_training as tiny

JETS = 160
ROUNDING = 1e-12  # both sides are double precision


def weighted_raw(folder, name, weight, column="w", seed=1):
    path = tiny.write_raw(folder / name, JETS, seed=seed)
    pq.write_table(pq.read_table(path).append_column(column, weight), path)
    return path


def weights_of_store(store):
    """Weights of the jets by row of the file."""
    table = pa.concat_tables([pa.ipc.open_file(path).read_all().select(["source_row", "weight"]) for path in sorted(store.glob("*.arrow"))])
    return dict(zip(table["source_row"].to_pylist(), table["weight"].to_pylist()))


def of_all_types(jetvit, folder, rng):
    """Each type of column gives the weights that pyarrow reads from it."""
    numbers = np.round(rng.normal(1, 1, JETS), 2)
    columns = {
        "double": pa.array(numbers),
        "float": pa.array(numbers.astype(np.float32)),
        "half": pa.array(numbers.astype(np.float16)),
        "integer": pa.array(rng.integers(-3, 9, JETS), pa.int32()),
        "decimal": pa.array([decimal.Decimal(f"{value:.2f}") for value in numbers], pa.decimal128(9, 2)),
    }
    for name, column in columns.items():
        raw = weighted_raw(folder, f"{name}.parquet", column)
        store = folder / f"store_{name}"
        tiny.check(mistakes.run(jetvit, "prepare", raw, "--weight-column", "w", "--out", store))
        expected = {row: np.float32(value) for row, value in enumerate(map(float, pq.read_table(raw)["w"].to_pylist()))}
        assert weights_of_store(store) == expected, name
        manifest = json.loads((store / "manifest.json").read_text())
        assert manifest["weight_column"] == "w" and manifest["observers"] == ["pt", "m0"], name
        assert "weights: column w" in tiny.check(mistakes.run(jetvit, "inspect", store)).stdout


def of_bad_rows(jetvit, folder, rng):
    """Jets without a weight that a float32 holds are left out by name; a column of another kind is refused."""
    odd = {3: None, 4: float("nan"), 5: float("inf"), 6: 1e300, 7: 1e-60, 8: -1e-60}
    values = [odd.get(row, 2.5) for row in range(JETS)]
    raw = weighted_raw(folder, "bad.parquet", pa.array(values, pa.float64()))
    found = json.loads(tiny.check(mistakes.run(jetvit, "inspect", raw, "--weight-column", "w", "--json")).stdout)
    assert found["skipped_reasons"] == {"no finite weight w": 3, "weight w beyond the range of float32": 3}, found
    assert [row["row"] for row in found["skipped_rows"]] == list(odd), found
    assert found["weight_column"] == "w" and sum(found["weights"]["sum"]) == 2.5 * (JETS - len(odd)), found
    words = weighted_raw(folder, "words.parquet", pa.array(["1"] * JETS))
    inspect = lambda *more: mistakes.run(jetvit, "inspect", *more)
    mistakes.expect(inspect(words, "--weight-column", "w"), 1, words, "weight column w holds")
    mistakes.expect(inspect(raw, "--weight-column", "v"), 1, raw, 'has no column "v"', "--weight-column")
    mistakes.expect(inspect(raw, "--weight-column", "y"), 2, "--weight-column and --label-column both name the column y")


def of_no_sum(jetvit, folder, rng):
    """A class whose weights sum to nothing is refused before the training, with file, split and column."""
    raw = {name: weighted_raw(folder, f"sum_{name}.parquet", pa.array(np.full(JETS, 1.0)), seed=seed)
           for seed, name in enumerate(("train", "validation"), 70)}
    label = pq.read_table(raw["validation"])["y"].to_numpy()
    table = pq.read_table(raw["validation"]).drop(["w"])
    pq.write_table(table.append_column("w", pa.array(np.where(label == 1, 0.0, 1.0))), raw["validation"])
    train = lambda *words: mistakes.run(jetvit, "train", tiny.SOURCE / "recipes/demo/vit_nano.toml", *words, "--weight-column", "w", "--out",
                                        folder / "no_sum")
    mistakes.expect(train("--train", raw["train"], "--validation", raw["validation"]), 1, raw["validation"], "the jets of quark",
                    "the validation split sum to 0", "column w")
    mistakes.expect(train("--train", raw["validation"], "--validation", raw["train"]), 1, raw["validation"], "the train split sum to 0")
    assert not (folder / "no_sum").exists()


def unused(jetvit, folder, rng):
    """A column that is called weight is used by the option alone, and announced."""
    raw = weighted_raw(folder, "unused.parquet", pa.array(rng.random(JETS)), "weight")
    plain = tiny.check(mistakes.run(jetvit, "prepare", raw, "--out", folder / "unused"))
    assert "weight is read as the observer raw_weight, and every jet counts once" in plain.stderr, plain.stderr
    assert set(weights_of_store(folder / "unused").values()) == {1}
    used = tiny.check(mistakes.run(jetvit, "prepare", raw, "--weight-column", "weight", "--out", folder / "used"))
    assert "raw_weight" not in used.stderr
    assert weights_of_store(folder / "used") == dict(enumerate(np.float32(pq.read_table(raw)["weight"])))
    # The same output with and without weights are two commands.
    mistakes.expect(mistakes.run(jetvit, "prepare", raw, "--out", folder / "used"), 1, "exists", "--weight-column")
    store = folder / "used"
    mistakes.expect(mistakes.run(jetvit, "inspect", store, "--weight-column", "weight"), 2, "--weight-column", "jet stores have the weights")
    for to in ("png", "tfrecord"):
        done = mistakes.run(jetvit, "prepare", raw, "--weight-column", "weight", "--to", to, "--out", folder / "pictures")
        mistakes.expect(done, 2, "--weight-column", "keep no weights")
    tiny.check(mistakes.run(jetvit, "prepare", raw, "--to", "png", "--out", folder / "png"))
    mistakes.expect(mistakes.run(jetvit, "inspect", folder / "png", "--weight-column", "weight"), 2, "PNG class folders have no weights")
    # Float TFRecords keep the column as an observer, which can be named as the weight.
    tiny.check(mistakes.run(jetvit, "prepare", raw, "--to", "tfrecord", "--values", "float32", "--out", folder / "records"))
    tiny.check(mistakes.run(jetvit, "prepare", folder / "records", "--weight-column", "raw_weight", "--out", folder / "of_records"))
    assert sorted(weights_of_store(folder / "of_records").values()) == sorted(weights_of_store(folder / "used").values())
    mistakes.expect(mistakes.run(jetvit, "inspect", folder / "records", "--weight-column", "w"), 1, 'has no feature "w"', "--weight-column")
    mistakes.expect(mistakes.run(jetvit, "inspect", folder / "records", "--weight-column", "label"), 1, "label cannot be the weight")


def expected_of(table):
    label, score, weight = (table[name].to_numpy().astype(float) for name in ("label", "score", "weight"))
    return {"auc": metrics.roc_auc_score(label, score, sample_weight=weight), "unweighted_auc": metrics.roc_auc_score(label, score),
            "average_precision": metrics.average_precision_score(label, score, sample_weight=weight),
            "log_loss": metrics.log_loss(label, score, sample_weight=weight),
            "brier": metrics.brier_score_loss(label, score, sample_weight=weight)}


def first(folder):
    return json.loads((folder / "metrics.json").read_text())["classifiers"][0]


def trained(jetvit, folder, rng):
    """A training counts the weights; predict passes them on; evaluate measures with them."""
    raw = weighted_raw(folder, "train.parquet", pa.array(rng.random(JETS) + 0.1))
    run = folder / "run"
    done = tiny.check(tiny.train(jetvit, raw, run, "--weight-column", "w"))
    assert "the jets are weighted by the column w" in done.stderr, done.stderr
    test = weighted_raw(folder, "test.parquet", pa.array(np.where(np.arange(JETS) % 7 == 2, 0, 2 * rng.random(JETS))), seed=9)
    tiny.check(mistakes.run(jetvit, "predict", run, "--data", test, "--weight-column", "w", "--out", folder / "scores.parquet"))
    scores = pq.read_table(folder / "scores.parquet")
    assert scores["weight"].to_pylist() == np.float32(pq.read_table(test)["w"]).tolist()
    measured = tiny.check(mistakes.run(jetvit, "evaluate", run, "--test", test, "--weight-column", "w", "--out", folder / "measured"))
    assert "weighted by the column w" in measured.stdout and "of 0: 23" in measured.stdout, measured.stdout
    tiny.check(mistakes.run(jetvit, "evaluate", "--scores", folder / "scores.parquet", "--out", folder / "of_scores"))
    for key, value in expected_of(scores).items():
        # The batches of predict and evaluate round the logits alike.
        for where in ("measured", "of_scores"):
            assert abs(first(folder / where)[key] - value) < ROUNDING, (where, key, first(folder / where)[key], value)
    document = json.loads((folder / "measured/metrics.json").read_text())
    weight = scores["weight"].to_numpy().astype(float)
    for label in (0, 1):
        of = weight[scores["label"].to_numpy() == label]
        assert abs(document["weights"]["sum"][label] - of.sum()) < 1e-9
        assert abs(document["weights"]["effective_jets"][label] - of.sum() ** 2 / (of**2).sum()) < 1e-9
    assert document["weight_column"] == "w" and document["weights"]["zero"] == 23 and document["weights"]["negative"] == 0
    mistakes.expect(mistakes.run(jetvit, "evaluate", run, "--weight-column", "w", "--overwrite"), 2, "--weight-column", "--data")
    return run


def of_weight_zero(jetvit, folder, rng):
    """A jet of weight 0 neither trains nor validates: what its label is does not matter."""
    weight = np.where(rng.random(JETS) < 0.5, 0.0, 1.0)
    one = weighted_raw(folder, "one.parquet", pa.array(weight))
    table = pq.read_table(one)
    label = table["y"].to_numpy()
    flipped = pa.array(np.where(weight == 0, 1 - label, label))
    other = folder / "other.parquet"
    pq.write_table(table.set_column(table.column_names.index("y"), "y", flipped), other)
    logs = []
    for raw in (one, other):
        run = folder / f"run_of_{raw.stem}"
        tiny.check(tiny.train(jetvit, raw, run, "--weight-column", "w", "--validation-share", "0.3"))
        lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
        logs.append([[line[key] for key in ("train_loss", "validation_loss", "validation_auc")] for line in lines if "train_loss" in line])
    assert logs[0] == logs[1] and len(logs[0]) == 2, logs


def negative(jetvit, folder, run, rng):
    """Next-to-leading-order weights: measured, but nothing is fitted to them."""
    weight = np.where(rng.random(JETS) < 0.2, -1.0, 1.0)
    raw = weighted_raw(folder, "negative.parquet", pa.array(weight), seed=11)
    mistakes.expect(tiny.train(jetvit, raw, folder / "no", "--weight-column", "w"), 1, f"of {raw} is -1", "0 or larger")
    mistakes.expect(tiny.train(jetvit, raw, folder / "no", "--weight-column", "w", "--set", "train.sampling=weighted"), 1, f"of {raw} is -1")
    done = tiny.check(mistakes.run(jetvit, "evaluate", run, "--data", raw, "--weight-column", "w", "--split", "train", "--out", folder / "of_negative"))
    assert "has training jets of negative weight" in done.stderr, done.stderr
    tiny.check(mistakes.run(jetvit, "predict", run, "--data", raw, "--weight-column", "w", "--out", folder / "negative_scores.parquet"))
    scores = pq.read_table(folder / "negative_scores.parquet")
    tiny.check(mistakes.run(jetvit, "evaluate", "--scores", folder / "negative_scores.parquet", "--out", folder / "negative"))
    label, score, weight = (scores[name].to_numpy().astype(float) for name in ("label", "score", "weight"))
    s, b = label == 1, label == 0
    pairs = weight[s][:, None] * weight[b][None]
    wins = (score[s][:, None] > score[b][None]) + 0.5 * (score[s][:, None] == score[b][None])
    got = first(folder / "negative")
    assert abs(got["auc"] - (pairs * wins).sum() / pairs.sum()) < ROUNDING
    assert abs(got["log_loss"] - metrics.log_loss(label, score, sample_weight=weight)) < ROUNDING
    calibrate = mistakes.run(jetvit, "evaluate", run, "--data", raw, "--weight-column", "w", "--split", "train", "--calibrate", "--out", folder / "no")
    mistakes.expect(calibrate, 1, "validation", "has the weight -1, and negative weights make the fit of a temperature impossible")


def of_scores(jetvit, folder, rng):
    """Scores of other programs: the column is chosen, and options that do not apply are refused."""
    label = rng.integers(0, 2, 300)
    columns = {"score": np.clip(0.5 + 0.2 * (label - 0.5) + 0.2 * rng.normal(size=300), 0.01, 0.99), "label": label,
               "weight": rng.random(300), "other": rng.random(300) + 1}
    path = folder / "foreign.parquet"
    pq.write_table(pa.table(columns), path)
    evaluate = lambda *more: mistakes.run(jetvit, "evaluate", "--scores", path, "--out", folder / "foreign", "--overwrite", *more)
    for column, words in (("weight", ()), ("other", ("--weight-column", "other"))):
        tiny.check(evaluate(*words))
        weight = columns[column].astype(np.float32).astype(float)
        assert abs(first(folder / "foreign")["auc"] - metrics.roc_auc_score(label, columns["score"], sample_weight=weight)) < ROUNDING
        document = json.loads((folder / "foreign/metrics.json").read_text())
        assert document["weight_column"] == column and ("bins_of_weight" in document) == (column == "other")
    mistakes.expect(evaluate("--weight-column", "absent"), 1, path, "has no column absent", "--weight-column")
    mistakes.expect(evaluate("--label-column", "label"), 2, "--label-column", "--scores")
    mistakes.expect(evaluate("--data", folder / "train.parquet"), 2, "--data", "--scores")
    tiny.check(evaluate("--class-names", "light", "heavy"))
    assert json.loads((folder / "foreign/metrics.json").read_text())["class_names"] == ["light", "heavy"]
    scores = folder / "scores.parquet"
    done = mistakes.run(jetvit, "evaluate", "--scores", scores, "--class-names", "light", "heavy", "--out", folder / "no")
    mistakes.expect(done, 2, "0 = light, 1 = heavy", "0 = gluon, 1 = quark")


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder, rng = pathlib.Path(name), np.random.default_rng(7)
        of_all_types(jetvit, folder, rng)
        of_bad_rows(jetvit, folder, rng)
        of_no_sum(jetvit, folder, rng)
        unused(jetvit, folder, rng)
        run = trained(jetvit, folder, rng)
        of_weight_zero(jetvit, folder, rng)
        negative(jetvit, folder, run, rng)
        of_scores(jetvit, folder, rng)
    print("weights: read, stored, trained with and measured as pyarrow and scikit-learn do")


if __name__ == "__main__":
    main(sys.argv[1])
