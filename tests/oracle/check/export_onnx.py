#!/usr/bin/env python3
"""Files of `jetvit export --to onnx`, by onnx.checker and onnxruntime: every model of the registry, further options, and every
resizing with every function of the input.
  in batches of 1, 2 and 7     the same logits; the probability is their sigmoid
  against float64              1e-5 max(1, |logit|): what rounding in float32 does to a network of this depth
  against `jetvit predict`     2e-5 max(1, |logit|): both sides round
Models are random, with norms and statistics moved away from their trivial values; jets have 8 raw channels, pixels at the zero
threshold and negative pixels in unsigned channels."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import numpy as np
import onnx
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq
from safetensors.numpy import load_file, save_file

import tiny_training as tiny
from mistakes import edit_checkpoint
from program import run, settings

BATCHES = (1, 2, 7)
FLOAT64, PREDICTIONS = 1e-5, 2e-5
CHANNELS, SIDE = 8, 125
FUNCTIONS = ["log1p", "z-score", "clip", "sqrt", "min-max", "identity", "log1p", "sqrt"]
# Image sizes: small ones, and odd ones that windows do not fill.
SIZES = {"swin_tiny": 125, "davit_tiny": 125, "effswin": 125, "swin_nano": 47, "davit_nano": 45}
VARIANTS = [("swin_tiny", {"window": 8, "image_size": 128}), ("vit_tiny", {"patch_size": 8, "image_size": 64}),
            ("davit_tiny", {"window": 4, "image_size": 64}), ("effswin", {"split": 1, "image_size": 96}),
            ("efficientnet_nano", {"stem_stride": 1, "image_size": 33})]
# The transform of a recipe, with each resizing.
TRANSFORMS = [(["identity"], True), (["sqrt"], False), (["log1p"], False), (["min-max"], True), (["z-score"], False),
              (["clip"], True), (FUNCTIONS, False), (FUNCTIONS, True)]
RESIZES = ("bilinear", "bicubic", "sum", "pad")


def random_jets(count=7, seed=3):
    """(count, channels, side, side) float32; about 3 % of the pixels are set."""
    random = np.random.default_rng(seed)
    shape = (count, CHANNELS, SIDE, SIDE)
    size = np.exp(1.5 * random.standard_normal(shape))
    sign = np.where(random.random(shape) < 0.3, -1, 1)
    pixels = np.where(random.random(shape) < 0.03, size * sign, 0)
    pixels[random.random(shape) < 0.002] = 1e-3  # the zero threshold
    pixels[0] = 0
    return pixels.astype(np.float32)


def write_jets(path, pixels):
    images = pa.array(pixels.astype(float).tolist(), pa.list_(pa.list_(pa.list_(pa.float64()))))
    pq.write_table(pa.table({"X_jets": images, "pt": np.full(len(pixels), 500.0), "m0": np.full(len(pixels), 170.0),
                             "y": np.arange(len(pixels)) % 2.0}), path)


def stirred(tensors, seed):
    """Weights in which every parameter counts."""
    random = np.random.default_rng(seed)
    out = {}
    for name, value in tensors.items():
        noise = random.standard_normal(value.shape)
        if name.endswith("running_var"):
            value = random.uniform(0.5, 1.5, value.shape)
        elif name.endswith("running_mean"):
            value = 0.1 * noise
        elif value.ndim == 1 or name.endswith("bias_table") or name in ("cls_token", "pos_embed"):
            value = value + 0.1 * noise
        out[name] = np.asarray(value, np.float32)
    return out


class Exports:
    def __init__(self, jetvit, folder):
        self.jetvit, self.folder = jetvit, folder
        self.float64_logits = pathlib.Path(jetvit).resolve().parents[1] / "tests/float64_logits"
        self.pixels = random_jets()
        self.jets = folder / "test.parquet"
        write_jets(self.jets, self.pixels)
        save_file({"pixels": self.pixels}, folder / "pixels.safetensors")
        self.worst = {"float64": 0.0, "predictions": 0.0, "batches": 0.0}

    def onnxruntime_logits(self, path):
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        logits = []
        for batch in BATCHES:
            logit, probability = session.run(["logit", "probability"], {"pixels": self.pixels[:batch]})
            assert logit.shape == probability.shape == (batch, 1), (logit.shape, probability.shape)
            np.testing.assert_allclose(probability, 1 / (1 + np.exp(-logit.astype(float))), atol=1e-6)
            logits.append(logit[:, 0].astype(float))
        return logits

    def compare(self, checkpoint, label):
        path = self.folder / "model.onnx"
        summary = json.loads(run(self.jetvit, "export", checkpoint, "--to", "onnx", "--out", path, "--overwrite", "--json"))
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        assert [entry.version for entry in model.opset_import] == [17] and model.ir_version == 8
        run(self.float64_logits, checkpoint, self.folder / "pixels.safetensors", self.folder / "exact.safetensors")
        exact = load_file(self.folder / "exact.safetensors")["logits"][:, 0]
        scores = self.folder / "scores.parquet"
        run(self.jetvit, "predict", checkpoint, "--data", self.jets, "--out", scores, "--overwrite")
        predicted = pq.read_table(scores)["logit"].to_numpy()
        assert np.ptp(exact[1:]) > 1e-3 * np.abs(exact).max(), f"{label}: all jets look alike"
        unit = np.maximum(1, np.abs(exact))
        found = self.onnxruntime_logits(path)
        for logits in found:
            count = len(logits)
            for kind, other in (("float64", exact), ("predictions", predicted), ("batches", found[-1])):
                off = (np.abs(logits - other[:count]) / unit[:count]).max()
                self.worst[kind] = max(self.worst[kind], off)
                assert off <= (FLOAT64 if kind == "float64" else PREDICTIONS), f"{label}: {kind} {off:.1e}"
        print(f"{label}: |logit| up to {np.abs(exact).max():.3g}, of float64 {np.abs(found[-1] - exact).max():.1e}, {len(model.graph.node)} "
              f"nodes, {summary['bytes'] / 1e6:.1f} MB", flush=True)
        return path, model

    def model_checkpoint(self, base, name, options, resize, seed):
        """The checkpoint `base` with another model, of random weights."""
        weights = self.folder / "weights.safetensors"
        run(self.jetvit, "weights", name, *settings(options), "--out", weights, "--seed", seed, "--overwrite")

        def change(metadata, tensors):
            metadata["jetvit"]["model"] = {"name": name, "options": options}
            metadata["jetvit"]["image"] = {"size": options["image_size"], "resize": resize}
            tensors.clear()
            tensors.update(stirred(load_file(weights), seed))

        return edit_checkpoint(base, self.folder / "checkpoint.safetensors", change)


def check_file(exports, checkpoint):
    """The same bytes every time; the metadata say what the model is."""
    path, model = exports.compare(checkpoint, "metadata")
    before = path.read_bytes()
    exports.compare(checkpoint, "once more")
    assert path.read_bytes() == before
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert json.loads(metadata["jetvit.class_names"]) == ["qcd", "top"], metadata["jetvit.class_names"]
    channels = json.loads(metadata["jetvit.channels"])
    assert [channel["name"] for channel in channels][:3] == ["tracks", "d0", "dz"] and channels[0]["unit"] == "GeV", channels
    assert len(json.loads(metadata["jetvit.transform"])["planes"]) == 10
    assert {"jetvit.model", "jetvit.recipe", "jetvit.version", "jetvit.weights_sha256", "jetvit.image"} <= set(metadata)


def main(jetvit):
    names = [model["name"] for model in json.loads(run(jetvit, "models", "--json"))]
    assert len(names) == 19, names
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        exports = Exports(jetvit, folder)
        store = tiny.make_store(jetvit, folder, jets=64, channels=CHANNELS)
        base = folder / "run/best.safetensors"
        mixed = ["--set", f"transform.functions={json.dumps(FUNCTIONS)}", "--set", "transform.split_signed=true"]
        tiny.check(tiny.train(jetvit, store, folder / "run", *mixed))
        check_file(exports, base)
        cases = [(name, {"image_size": SIZES.get(name, 48 if "nano" in name else 128)}) for name in names] + VARIANTS
        for seed, (name, options) in enumerate(cases):
            resize = RESIZES[seed % 3]
            checkpoint = exports.model_checkpoint(base, name, options | {"channels": 10}, resize, seed)
            exports.compare(checkpoint, f"{name} {options} {resize}")
        for index, (functions, split) in enumerate(TRANSFORMS):
            resize = RESIZES[index % 4]
            out = folder / f"run_{index}"
            tiny.check(tiny.train(jetvit, store, out, "--set", f"transform.functions={json.dumps(functions)}", "--set",
                                  f"transform.split_signed={json.dumps(split)}", "--set", f"image.resize={resize}", "--set",
                                  f"image.size={130 if resize == 'pad' else 20}"))
            exports.compare(out, f"{functions} {'split' if split else 'whole'} {resize}")
        print("largest differences over max(1, |logit|): " + ", ".join(f"{kind} {off:.1e}" for kind, off in exports.worst.items()))


if __name__ == "__main__":
    main(sys.argv[1])
