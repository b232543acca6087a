"""An option that would have no effect is refused by name, never passed over."""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import tiny_training as tiny


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw = tiny.write_raw(folder / "jets.parquet", jets=40)
        other = tiny.write_raw(folder / "other.parquet", jets=40, seed=2)
        refused = lambda status, fragments, *words: mistakes.expect(mistakes.run(jetvit, *words), status, *fragments)
        out = folder / "out"
        # Pictures have no splits; a file with a split of its own is not divided.
        refused(2, ["leave out --validation-share and --test-share"], "prepare", raw, "--to", "png", "--out", out, "--test-share", "0.3")
        refused(2, ["--validation-share and --test-share divide files whose split is not given"], "prepare", "--train", raw, "--validation", other,
                "--out", out, "--test-share", "0.3")
        # The parts of a store are prepared.
        parts = [folder / "part_1", folder / "part_2"]
        for number, part in enumerate(parts, 1):
            tiny.check(mistakes.run(jetvit, "prepare", raw, other, "--shard", f"{number}/2", "--out", part))
        refused(2, ["--zero-threshold, --label-column do not apply to --merge", "leave them out"], "prepare", "--merge", *parts, "--out", out,
                "--zero-threshold", "5", "--label-column", "y")
        tiny.check(mistakes.run(jetvit, "prepare", "--merge", *parts, "--out", folder / "store", "--threads", "2", "--json"))
        # A store has its labels and their names; next to a raw file such options are the file's.
        store = folder / "store"
        for words in (["--class-names", "gluon", "quark"], ["--label-column", "label"], ["--layout", "hwc"]):
            refused(2, [words[0]], "inspect", store, *words)
            refused(2, [words[0], "applies neither to"], "inspect", store, "--compare", store, *words)
        tiny.check(mistakes.run(jetvit, "inspect", store, "--compare", raw, "--class-names", "gluon", "quark"))
        # Weights have neither labels nor shards.
        weights = folder / "weights.safetensors"
        tiny.check(mistakes.run(jetvit, "weights", "resnet_15", "--set", "channels=3", "--set", "outputs=1", "--out", weights))
        for words, option in ((["--verify"], "--verify"), (["--label-column", "y"], "--label-column"), (["--pictures", out], "--pictures"),
                              (["--compare", raw], "--compare")):
            refused(2, [option, "not apply to weights", weights], "inspect", weights, *words)
        tiny.check(mistakes.run(jetvit, "inspect", weights, "--json"))
        refused(2, ["--verify does not apply to --compare"], "inspect", raw, "--compare", other, "--verify")
        # Scores are read as they are, and the data of a training as it read them.
        scores = folder / "scores.parquet"
        for words in (["--split", "train"], ["--baselines", "2"], ["--batch-size", "8"], ["--precision", "fp32"], ["--test-share", "0.1"]):
            refused(2, [words[0], "does not apply to --scores"], "evaluate", "--scores", scores, "--out", out, *words)
        tiny.check(tiny.train(jetvit, raw, folder / "run", "--set", "train.epochs=1"))
        refused(2, ["--test-share", "--data"], "evaluate", folder / "run", "--test-share", "0.5")
        assert not out.exists()
    print("options without effect: refused by name")


if __name__ == "__main__":
    main(sys.argv[1])
