"""What the labels 0 and 1 mean is kept from the data to the plots: other names, or the same in the other order, are refused."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import pyarrow.parquet as pq
import tiny_training as tiny


def class_folders(jetvit, folder, raw, name, zero, one):
    """The pictures of raw in class folders of these names."""
    out = folder / name
    tiny.check(mistakes.run(jetvit, "prepare", raw, "--to", "png", "--out", out))
    (out / "preparation.json").unlink()
    (out / "1").rename(out / "former")
    (out / "0").rename(out / zero)
    (out / "former").rename(out / one)
    return out


def auc(metrics):
    return json.loads((metrics / "metrics.json").read_text())["classifiers"][0]["auc"]


def refused(done, status, *words):
    assert done.returncode == status, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    for word in words:
        assert word in done.stderr, f"{word!r} is not in {done.stderr!r}"


def of_numbered_folders(jetvit, folder):
    """Only the names 0 and 1 are labels; of other names the second in the alphabet is class 1."""
    raw = tiny.write_raw(folder / "numbered.parquet", seed=3)
    counts = lambda data: [len(list((data / name).glob("*.png"))) for name in sorted(path.name for path in data.iterdir() if path.is_dir())]
    for zero, one in (("0", "1"), ("1", "2"), ("1", "10"), ("1", "b"), ("a", "1")):
        data = class_folders(jetvit, folder, raw, f"named_{zero}_{one}", zero, one)
        inspected = json.loads(tiny.check(mistakes.run(jetvit, "inspect", data, "--json")).stdout)
        expected = counts(data)
        assert min(expected) > 0 and [inspected["class_0"], inspected["class_1"]] == expected, (zero, one, inspected, expected)


def of_folders(jetvit, folder):
    training = class_folders(jetvit, folder, tiny.write_raw(folder / "a.parquet", seed=1), "train", "gluon", "quark")
    other = tiny.write_raw(folder / "b.parquet", seed=2)
    same = class_folders(jetvit, folder, other, "same", "gluon", "quark")
    upper = class_folders(jetvit, folder, other, "upper", "gluon", "Quark")  # Quark is first in the alphabet
    foreign = class_folders(jetvit, folder, other, "foreign", "qcd", "top")
    run = folder / "run"
    tiny.check(tiny.train(jetvit, training, run))
    evaluate = lambda data, *words: mistakes.run(jetvit, "evaluate", run, "--test", data, "--baselines", "0", "--overwrite", "--out",
                                                 folder / "evaluated", *words)
    tiny.check(evaluate(same))
    expected = auc(folder / "evaluated")
    assert json.loads((folder / "evaluated/metrics.json").read_text())["class_names"] == ["gluon", "quark"]
    svg = (folder / "evaluated/calibration.svg").read_text()
    assert "y = 1" not in svg
    refused(evaluate(upper), 1, "0 = Quark, 1 = gluon", "0 = gluon, 1 = quark", "swapped", "--class-names")
    tiny.check(evaluate(upper, "--class-names", "gluon", "Quark"))
    assert auc(folder / "evaluated") == expected
    refused(evaluate(foreign), 1, "0 = qcd, 1 = top", "0 = gluon, 1 = quark")
    refused(evaluate(upper, "--class-names", "gluon", "top"), 2, "are named Quark and gluon")
    # Labels in a scores file have the meaning of the model.
    predict = lambda data, *words: mistakes.run(jetvit, "predict", run, "--data", data, "--out", folder / "scores.parquet", "--overwrite", *words)
    refused(predict(upper), 1, "0 = Quark, 1 = gluon", "0 = gluon, 1 = quark")
    tiny.check(predict(upper, "--class-names", "gluon", "Quark"))
    tiny.check(mistakes.run(jetvit, "evaluate", "--scores", folder / "scores.parquet", "--out", folder / "of_scores"))
    assert json.loads((folder / "of_scores/metrics.json").read_text())["class_names"] == ["gluon", "quark"]
    assert abs(auc(folder / "of_scores") - expected) < 1e-9
    # A store keeps the names.
    tiny.check(mistakes.run(jetvit, "prepare", upper, "--out", folder / "store"))
    assert json.loads((folder / "store/manifest.json").read_text())["class_names"] == ["Quark", "gluon"]
    refused(mistakes.run(jetvit, "evaluate", run, "--data", folder / "store", "--out", folder / "no"), 1, "0 = Quark, 1 = gluon")
    assert "Quark" in tiny.check(mistakes.run(jetvit, "inspect", folder / "store")).stdout


def of_raw_files(jetvit, folder):
    """Three channels are gluon and quark; a positive label and --class-names say otherwise, in exports too."""
    raw = folder / "b.parquet"
    names = lambda *words: json.loads(tiny.check(mistakes.run(jetvit, "inspect", *words, "--json")).stdout)["class_names"]
    assert names(raw) == ["gluon", "quark"]
    assert names(raw, "--positive-label", "0") == ["not 0", "0"]
    assert names(raw, "--class-names", "light", "heavy") == ["light", "heavy"]
    refused(mistakes.run(jetvit, "inspect", raw, "--class-names", "light", "Light"), 2, "two different names")
    for to in ("png", "tfrecord"):
        tiny.check(mistakes.run(jetvit, "prepare", raw, "--class-names", "light", "heavy", "--to", to, "--out", folder / f"named_{to}"))
        assert names(folder / f"named_{to}") == ["light", "heavy"], to
    run = folder / "run_of_raw"
    tiny.check(tiny.train(jetvit, folder / "a.parquet", run))
    refused(mistakes.run(jetvit, "evaluate", run, "--test", raw, "--positive-label", "0", "--out", folder / "no"), 1, "not 0")


def of_label_columns(jetvit, folder):
    """Labels of another column than in the training may mean something else: a warning names both."""
    run, raw = folder / "run_of_raw", folder / "b.parquet"
    table = pq.read_table(raw)
    other = folder / "other_column.parquet"
    pq.write_table(table.rename_columns(["isGluon" if name == "y" else name for name in table.column_names]), other)
    words = ("--test", other, "--label-column", "isGluon", "--baselines", "0", "--overwrite", "--out", folder / "of_column")
    warned = tiny.check(mistakes.run(jetvit, "evaluate", run, *words)).stderr
    assert f"its labels come from the column isGluon, but {run} was trained with the column y" in warned, warned
    store = folder / "store_of_column"
    tiny.check(mistakes.run(jetvit, "prepare", other, "--label-column", "isGluon", "--out", store))
    assert json.loads((store / "manifest.json").read_text())["label_column"] == "isGluon"
    predict = lambda data, *more: tiny.check(mistakes.run(jetvit, "predict", run, "--data", data, "--out", folder / "of_column.parquet",
                                                          "--overwrite", *more)).stderr
    assert "the column isGluon" in predict(store) and "the column isGluon" in predict(other, "--label-column", "isGluon")
    assert "the column" not in predict(raw)
    assert "no jet has the --positive-label 7 (column y;" in predict(raw, "--positive-label", "7", "--class-names", "gluon", "quark")


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        of_numbered_folders(jetvit, folder)
        of_folders(jetvit, folder)
        of_raw_files(jetvit, folder)
        of_label_columns(jetvit, folder)
    print("the names of the classes are kept, and other names are refused")


main(sys.argv[1])
