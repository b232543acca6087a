"""A training that starts from pretrained weights: it begins with exactly what `jetvit weights` writes and numpy expects, tells
what it loaded, and a resumed one continues with its own weights. Learning rate 0, so that the first weights are the last."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import numpy as np
import tiny_training as tiny
from mistakes import expect, run
from safetensors.numpy import load_file, save_file

MODEL = ["resnet_15", "--set", "image_size=20"]
STILL = ["--set", "optimizer.lr=0", "--set", "train.epochs=1", "--set", "train.seed=7"]


def main(jetvit):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store, out, source = tiny.make_store(jetvit, folder), folder / "run", folder / "source.safetensors"

        def weights(name, *more):
            tiny.check(run(jetvit, "weights", *MODEL, *more, "--seed", 7, "--out", folder / name))
            return load_file(folder / name)

        def train(*more, file=source):
            return tiny.train(jetvit, store, out, *STILL, "--set", "pretrained.channels=mean", "--pretrained", file, *more)

        drawn = weights("drawn.safetensors")
        random = np.random.default_rng(3)
        given = {name: random.normal(0, 0.1, tensor.shape).astype(np.float32) for name, tensor in drawn.items()}
        given["conv0.weight"] = random.normal(0, 0.1, (16, 2, 7, 7)).astype(np.float32)
        given["fc.weight"], given["fc.bias"] = np.zeros((1000, 32), np.float32), np.zeros(1000, np.float32)
        given["surplus.weight"] = np.zeros(3, np.float32)
        del given["blocks.3.shortcut.bias"]
        save_file(given, source)
        begin = weights("begin.safetensors", "--pretrained", source, "--channels", "mean")

        expect(train(file=folder / "absent"), 1, "absent")
        expect(train(file=store), 1, "store")
        expect(train("--set", "pretrained.channels=median"), 2, "pretrained.channels", "mean")
        save_file({"backbone.conv0.weight": given["conv0.weight"]}, folder / "foreign.safetensors")
        expect(train(file=folder / "foreign.safetensors"), 1, "none of its 1 tensors fits the model")
        save_file(given | {"conv0.bias": np.zeros(8, np.float32)}, folder / "narrow.safetensors")
        expect(train(file=folder / "narrow.safetensors"), 1, 'tensor "conv0.bias" has the shape (8), but the model needs (16)')
        assert not out.exists(), "a refused training left a folder"
        expect(run(jetvit, "weights", *MODEL, "--out", folder / "begin.safetensors"), 1, "--overwrite")

        reported = tiny.check(train()).stderr
        assert "missing, keep their initial values: blocks.3.shortcut.bias" in reported, reported
        assert "adapted, 2 to 3 input channels (mean): conv0.weight" in reported, reported
        best = load_file(out / "best.safetensors")
        assert best.keys() == begin.keys() == drawn.keys()
        for name, tensor in best.items():
            assert np.array_equal(tensor, begin[name]), name
            if name.startswith("fc.") or name == "blocks.3.shortcut.bias":
                assert np.array_equal(tensor, drawn[name]), name
            elif name == "conv0.weight":
                mean = given[name].mean(axis=1, keepdims=True)
                assert np.abs(tensor - np.repeat(mean, 3, axis=1)).max() < 1e-7
            else:
                assert np.array_equal(tensor, given[name]), name
        report = json.loads((out / "run.json").read_text())["pretrained"]
        assert report["file"] == str(source) and report["unexpected"] == ["surplus.weight"], report
        assert report["missing"] == ["blocks.3.shortcut.bias"] and len(report["loaded"]) == len(drawn) - 4, report
        assert report["classifier"] == "fc: replaced (1000 outputs in the file, 1 in the model)", report

        source.unlink()
        assert "is not read again" in tiny.check(train("--resume")).stderr
        assert json.loads((out / "run.json").read_text())["pretrained"] == report, "the report got lost"
        expect(tiny.train(jetvit, store, out, *STILL, "--set", "pretrained.channels=mean", "--resume"), 2,
               'cannot resume: pretrained.file is "", was')
    print("trainings start from what fits, report it, and resume without it")


if __name__ == "__main__":
    main(sys.argv[1])
