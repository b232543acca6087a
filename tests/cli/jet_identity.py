"""A jet is known by its image, whatever its file, row, compression or format. Splits follow the jet, what a model was trained on is
recognized in other files, and the same jets are refused in two splits. Oracle of the identities: the documented Python over pyarrow's pixels."""
import collections
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import tiny_training as tiny
from documented import documented


IDENTITY = compile(documented("flatnonzero"), "docs/data_format.md", "exec")


def identity(image):
    """As docs/data_format.md computes it."""
    names = {"image": np.asarray(image)}
    exec(IDENTITY, names)
    return names["identity"]


def identities(raw):
    return [identity(image) for image in pq.read_table(raw)["X_jets"].to_pylist()]


def splits_of(store):
    """The identities in each split of a store."""
    splits = collections.defaultdict(list)
    for shard in json.loads((store / "manifest.json").read_text())["shards"]:
        with pa.OSFile(str(store / shard["file"])) as file:
            splits[shard["split"]] += pa.ipc.open_file(file).read_all()["identity"].to_pylist()
    return {split: sorted(of) for split, of in splits.items()}


def prepared(jetvit, out, *words):
    tiny.check(mistakes.run(jetvit, "prepare", *words, "--out", out))
    return out


def refused(done, *words):
    assert done.returncode == 1, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    for word in words:
        assert word in done.stderr, f"{word!r} is not in {done.stderr!r}"


def splits_follow_the_jet(jetvit, folder, raw):
    """One file under other names, compressions and formats: the same jets in every split."""
    expected = splits_of(prepared(jetvit, folder / "store", raw))
    assert sorted(sum(expected.values(), [])) == sorted(identities(raw))
    assert {split: len(of) for split, of in expected.items()}.keys() == {"train", "validation", "test"}
    gzip = folder / "other_name.parquet"
    pq.write_table(pq.read_table(raw), gzip, compression="gzip", row_group_size=7)
    assert splits_of(prepared(jetvit, folder / "of_gzip", gzip)) == expected
    for name, words in {"png": ["png"], "uint8": ["tfrecord", "--values", "uint8"], "float32": ["tfrecord"]}.items():
        exported = prepared(jetvit, folder / name, raw, "--to", *words)
        assert splits_of(prepared(jetvit, folder / f"of_{name}", exported)) == expected, name
    return expected


def splits_follow_the_event(jetvit, folder, raw):
    """With a column `event`, all jets of an event share a split, in pictures too."""
    table = pq.read_table(raw)
    event = 2**40 + np.arange(len(table)) // 4
    pq.write_table(table.append_column("event", pa.array(event)), folder / "events.parquet")
    event_of = dict(zip(identities(raw), event))
    expected = splits_of(prepared(jetvit, folder / "of_events", folder / "events.parquet"))
    events = {split: {event_of[jet] for jet in of} for split, of in expected.items()}
    assert sum(map(len, events.values())) == len(set(event)), "an event lies in two splits"
    assert json.loads((folder / "of_events/manifest.json").read_text())["split_rule"] == "event"
    for name, words in {"event_png": ["png"], "event_uint8": ["tfrecord", "--values", "uint8"], "event_float32": ["tfrecord"]}.items():
        exported = prepared(jetvit, folder / name, folder / "events.parquet", "--to", *words)
        assert splits_of(prepared(jetvit, folder / f"of_{name}", exported)) == expected, name


def jets_in_two_splits(jetvit, folder, raw):
    other = folder / "other_name.parquet"
    out = folder / "two_splits"
    words = ("prepare", "--train", raw, "--validation", other, "--out", out)
    refused(mistakes.run(jetvit, *words), "160 of the 160 jets of the validation split are in the train split too", str(other), str(raw),
            "--allow-trained")
    assert not (out / "manifest.json").exists()
    # What is kept is said, and both ways out work.
    halves = []
    for first in (0, 80):
        halves.append(folder / f"half_{first}.parquet")
        pq.write_table(pq.read_table(raw).slice(first, 80), halves[-1])
    kept = folder / "kept"
    words_of_halves = ("prepare", "--train", *halves, "--validation", other, "--out", kept)
    done = mistakes.run(jetvit, *words_of_halves)
    refused(done, "160 of the 160 jets", "2 of 3 files are prepared and kept", "--allow-trained finishes them", "--overwrite")
    refused(mistakes.run(jetvit, "prepare", *halves, "--out", kept), "--overwrite")
    resumed = tiny.check(mistakes.run(jetvit, *words_of_halves, "--allow-trained"))
    assert "resumes after 2 of 3 files" in resumed.stderr, resumed.stderr
    refused(mistakes.run(jetvit, *words_of_halves[:-1], folder / "other"), "160 of the 160 jets")
    tiny.check(mistakes.run(jetvit, "prepare", *halves, "--out", folder / "other", "--overwrite"))
    recipe = tiny.SOURCE / "recipes/demo/vit_nano.toml"
    refused(mistakes.run(jetvit, "train", recipe, "--train", raw, "--validation", other, "--out", folder / "no_run"), "160 of the 160 jets")
    assert not (folder / "no_run").exists()
    tiny.check(mistakes.run(jetvit, *words, "--allow-trained"))
    # Parts are compared when they are merged.
    for part in ("1/2", "2/2"):
        tiny.check(mistakes.run(jetvit, *words[:-1], folder / f"part{part[0]}", "--shard", part))
    merge = ("prepare", "--merge", folder / "part1", folder / "part2", "--out", folder / "merged")
    refused(mistakes.run(jetvit, *merge), "160 of the 160 jets of the validation split")
    tiny.check(mistakes.run(jetvit, *merge, "--allow-trained"))


def trained_jets_are_recognized(jetvit, folder, raw, splits):
    run = folder / "run"
    tiny.check(tiny.train(jetvit, folder / "store", run))
    evaluate = lambda *words: mistakes.run(jetvit, "evaluate", run, "--baselines", "0", "--overwrite", *words, "--out", folder / "evaluated")
    counts = {split: len(of) for split, of in splits.items()}
    # Its own test split, also in a file of another name.
    tiny.check(evaluate())
    auc = json.loads((folder / "evaluated/metrics.json").read_text())["classifiers"][0]["auc"]
    reported = tiny.check(evaluate("--data", folder / "other_name.parquet")).stderr
    assert abs(json.loads((folder / "evaluated/metrics.json").read_text())["classifiers"][0]["auc"] - auc) < 1e-6
    assert f"measures the {counts['test']} jets of the test split; left out: {counts['train']} of the train split" in reported, reported
    # The training's jets as a test, from a file and from a store with other shares.
    trained = f"was trained on {counts['train']} of these 160 jets of the test split"
    refused(evaluate("--test", raw), trained, "--allow-trained")
    tiny.check(evaluate("--test", raw, "--allow-trained"))
    other = prepared(jetvit, folder / "other_shares", raw, "--test-share", "0.5")
    shared = len(set(splits_of(other)["test"]) & set(splits["train"]))
    refused(evaluate("--data", other), f"was trained on {shared} of these {len(splits_of(other)['test'])} jets")
    tiny.check(evaluate("--data", other, "--split", "train"))
    # The validation split may be measured, and is reported from an independent one.
    unseen = folder / "unseen.parquet"
    in_training = [jet in splits["train"] for jet in identities(raw)]
    pq.write_table(pq.read_table(raw).filter(pa.array([not it for it in in_training])), unseen)
    reported = tiny.check(evaluate("--test", unseen)).stderr
    assert f"{counts['validation']} of these {160 - counts['train']} jets chose the best weights" in reported, reported
    # Predictions say of every jet whether it was trained on.
    scores = folder / "scores.parquet"
    tiny.check(mistakes.run(jetvit, "predict", run, "--data", folder / "other_name.parquet", "--out", scores))
    assert pq.read_table(scores)["trained_on"].to_pylist() == in_training
    refused(mistakes.run(jetvit, "evaluate", "--scores", scores, "--out", folder / "of_scores"), f"trained on {counts['train']} of these 160")
    tiny.check(mistakes.run(jetvit, "evaluate", "--scores", scores, "--out", folder / "of_scores", "--allow-trained"))


def jets_of_former_trainings_are_recognized(jetvit, folder, raw):
    """A run that starts from another one has seen its jets too, and says so where it cannot know them."""
    best = folder / "run/best.safetensors"
    unseen = prepared(jetvit, folder / "new_store", tiny.write_raw(folder / "new.parquet", seed=5))
    tuned = lambda name, start, *words: tiny.train(jetvit, unseen, folder / name, "--pretrained", start, *words)
    evaluate = lambda run, *words: mistakes.run(jetvit, "evaluate", folder / run, "--baselines", "0", "--overwrite", *words, "--out",
                                                folder / "evaluated")
    tiny.check(tuned("tuned", best))
    tiny.check(tuned("tuned_again", folder / "tuned/best.safetensors"))
    counts = json.loads((folder / "store/manifest.json").read_text())["splits"]
    first = sum(counts["train"].values())
    for run in ("tuned", "tuned_again"):
        refused(evaluate(run, "--test", raw), f"was trained on {first} of these 160 jets")
        tiny.check(evaluate(run))
    # A resumed run keeps them, also where the former weights are gone.
    moved = folder / "moved.safetensors"
    tiny.check(tuned("resumed", best, "--set", "train.epochs=2"))
    best.rename(moved)
    tiny.check(tuned("resumed", best, "--set", "train.epochs=2", "--resume"))
    moved.rename(best)
    refused(evaluate("resumed", "--test", raw), f"was trained on {first} of these 160 jets")
    # Jets of the former training cannot choose the best weights.
    words = ("--train", folder / "new.parquet", "--validation", raw, "--out", folder / "chosen", "--pretrained", best)
    command = [jetvit, "train", tiny.SOURCE / "recipes/quark_gluon/resnet_15.toml"] + [f"--set={one}" for one in tiny.SETTINGS]
    refused(mistakes.run(*command, *words), f"was trained on {first} of the 160 jets of the validation split", "--allow-trained")
    assert not (folder / "chosen").exists()
    # Weights without a list: a copy elsewhere, and what jetvit weights makes.
    copy = folder / "lone" / "best.safetensors"
    copy.parent.mkdir()
    copy.write_bytes(best.read_bytes())
    start = folder / "start.safetensors"
    tiny.check(mistakes.run(jetvit, "weights", "resnet_15", "--set", "image_size=20", "--pretrained", copy, "--out", start))
    for number, weights in enumerate((copy, start)):
        assert "identities unknown" in tiny.check(tuned(f"unknown_{number}", weights)).stderr
        reported = tiny.check(evaluate(f"unknown_{number}")).stderr
        assert f"identities unknown (no list names the jets that {copy} was trained on" in reported, reported
        scores = folder / f"scores_{number}.parquet"
        reported = tiny.check(mistakes.run(jetvit, "predict", folder / f"unknown_{number}", "--data", unseen, "--split", "--out", scores))
        assert "the column trained_on marks only the jets that are known" in reported.stderr, reported.stderr
        table = pq.read_table(scores)
        assert table["trained_on"].to_pylist() == [split == "train" for split in table["split"].to_pylist()]
    random = folder / "random.safetensors"
    tiny.check(mistakes.run(jetvit, "weights", "resnet_15", "--set", "image_size=20", "--out", random))
    assert "identities unknown" not in tiny.check(tuned("known", random)).stderr
    assert "identities unknown" not in tiny.check(evaluate("known")).stderr
    # The list of another run.
    own = (folder / "known/trained_jets.safetensors").read_bytes()
    (folder / "known/trained_jets.safetensors").write_bytes((folder / "run/trained_jets.safetensors").read_bytes())
    refused(evaluate("known"), "known/trained_jets.safetensors", "lists the jets of another training")
    (folder / "known/trained_jets.safetensors").write_bytes(own)
    tiny.check(evaluate("known"))


def changed_data_are_refused(jetvit, folder, raw):
    """The data of a training that were replaced since are measured only where the user names them."""
    files = [folder / f"own_{split}.parquet" for split in ("train", "validation", "test")]
    for seed, path in enumerate(files):
        tiny.write_raw(path, jets=48, seed=50 + seed)
    words = [word for split, path in zip(("--train", "--validation", "--test"), files) for word in (split, path)]
    command = [jetvit, "train", tiny.SOURCE / "recipes/quark_gluon/resnet_15.toml"] + [f"--set={one}" for one in tiny.SETTINGS]
    run = folder / "changed"
    tiny.check(mistakes.run(*command, *words, "--out", run))
    evaluate = lambda *more: mistakes.run(jetvit, "evaluate", run, "--baselines", "0", "--overwrite", *more)
    tiny.check(evaluate())
    tiny.write_raw(files[2], jets=48, seed=60)
    refused(evaluate(), "is not what", f"{run} was trained on", "--data", "--test")
    tiny.check(evaluate("--test", files[2]))
    store = prepared(jetvit, folder / "changing", raw)
    tiny.check(tiny.train(jetvit, store, folder / "of_changing"))
    prepared(jetvit, store, raw, "--test-share", "0.5", "--overwrite")
    refused(mistakes.run(jetvit, "evaluate", folder / "of_changing"), "was trained on: its fingerprint is another one", "--data")


def old_stores_are_unknown(jetvit, folder):
    """A store without identities is read, and says that nothing can be compared."""
    store = tiny.SOURCE / "tests/fixtures/version_0_1/store"
    run = tiny.SOURCE / "tests/fixtures/version_0_1/stopped_in_epoch"
    reported = tiny.check(mistakes.run(jetvit, "predict", run / "last.safetensors", "--data", store, "--out", folder / "old.parquet")).stderr
    assert "identities unknown" in reported, reported
    assert "trained_on" not in pq.read_schema(folder / "old.parquet").names


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw = tiny.write_raw(folder / "jets.parquet")
        splits = splits_follow_the_jet(jetvit, folder, raw)
        splits_follow_the_event(jetvit, folder, raw)
        jets_in_two_splits(jetvit, folder, raw)
        trained_jets_are_recognized(jetvit, folder, raw, splits)
        jets_of_former_trainings_are_recognized(jetvit, folder, raw)
        changed_data_are_refused(jetvit, folder, raw)
        old_stores_are_unknown(jetvit, folder)
    print("identities equal hashlib's; splits, overlaps and trained jets follow them")


main(sys.argv[1])
