#!/usr/bin/env python3
"""Weights go both ways between timm and jetvit, in every family of timm's and in the hybrid of two:
  timm's file -> `jetvit forward`                       the logits are timm's
  timm's file -> `jetvit weights --pretrained`          for another image, window or patch size, number of channels and of
                                                        outputs: what timm's own loading makes of it
  that file   -> timm's load_state_dict (strict)        and the logits of `jetvit forward` are timm's
Needs `scripts/setup --with-peers`; skipped without."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

LOGITS, TENSORS, PATCHES = 1e-5, 1e-6, 1e-5  # patches: timm's pseudoinverse is in single precision
NARROW = {"embed_dim": [16, 32], "depths": [1, 1], "head_dim": 16, "stem_width": [8, 16]}
# Model: the options of the file, and what the model has in its place.
CASES = [
    ("vit_nano", {"image_size": 48}, {"image_size": 66, "channels": 8}),
    ("vit_nano", {"image_size": 48}, {"patch_size": 8, "channels": 1}),
    ("swin_nano", {"image_size": 48}, {"image_size": 32, "window": 8, "channels": 8}),
    ("swin_nano", {"image_size": 48}, {"image_size": 48, "window": 4, "channels": 2}),
    ("coatnet_nano", {"image_size": 32}, {"image_size": 48, "channels": 8}),
    ("coatnet_0_paper", NARROW | {"image_size": 48, "blocks": "CT"}, {"image_size": 32, "channels": 1}),
    ("maxvit_tiny", NARROW | {"image_size": 32}, {"image_size": 56, "channels": 8}),
    ("maxvit_tiny_rw", NARROW | {"image_size": 48}, {"image_size": 32, "channels": 4}),
    ("davit_nano", {"image_size": 48}, {"image_size": 32, "channels": 8}),
    ("efficientnet_nano", {"image_size": 48}, {"image_size": 32, "channels": 1}),
    ("effswin_nano", {"image_size": 48}, {"image_size": 32, "channels": 8, "window": 3}),
]
INPUT = {"vit": "patch_embed.proj", "swin": "patch_embed.proj", "coatnet": "stem.conv1", "maxvit": "stem.conv1",
         "davit": "stem.conv", "efficientnet": "conv_stem", "effswin": "patch_embed.feature_extractor.conv_stem"}
CLASSIFIER = {"vit": "head", "efficientnet": "classifier"}


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{words}\n{done.stderr}"
    return done.stdout


def settings(options):
    return [word for key, value in options.items() for word in ("--set", f"{key}={json.dumps(value)}")]


def compare(jetvit):
    import torch
    from compare_timm import reference
    from make_model_oracles import make_reference
    from safetensors.torch import load_file, save_file
    from timm.models import maxxvit, swin_transformer, vision_transformer
    from timm.models._manipulate import adapt_input_conv

    torch.set_num_threads(1)
    filters = {"vit": vision_transformer, "swin": swin_transformer, "effswin": swin_transformer, "coatnet": maxxvit,
               "maxvit": maxxvit}

    def timm_loads(family, weights, model, channels):
        """What timm's loading of pretrained weights makes of them, its classifier left out."""
        weights = dict(weights)
        if family in filters:
            weights = filters[family].checkpoint_filter_fn(weights, model)
        name = INPUT[family] + ".weight"
        weights[name] = adapt_input_conv(channels, weights[name])
        return {key: value for key, value in weights.items() if not key.startswith(classifier(family) + ".")}

    def classifier(family):
        return CLASSIFIER.get(family, "head.fc")

    def difference(name, options, weights, model):
        """Of the largest logit."""
        x = torch.randn(2, options["channels"], options["image_size"], options["image_size"])
        save_file({"x": x}, "x.safetensors")
        run(jetvit, "forward", name, *settings(options), "--weights", weights, "--input", "x.safetensors", "--output",
            "y.safetensors", "--overwrite")
        with torch.no_grad():
            return (model(x) - load_file("y.safetensors")["logits"]).abs().max().item()

    for name, before, change in CASES:
        family = name.split("_")[0]
        before = {"channels": 3} | before
        after = before | change
        source = reference(name, before)
        weights = {key: value.contiguous() for key, value in source.state_dict().items()}
        save_file(weights, "same.safetensors")
        far = [difference(name, before, "same.safetensors", source)]
        fc = weights[classifier(family) + ".weight"]
        weights |= {classifier(family) + ".weight": torch.randn(5, fc.shape[1]), classifier(family) + ".bias": torch.randn(5)}
        save_file(weights, "timm.safetensors")

        report = json.loads(run(jetvit, "weights", name, *settings(after), "--pretrained", "timm.safetensors", "--out",
                                "jetvit.safetensors", "--overwrite", "--json"))["pretrained"]
        written = load_file("jetvit.safetensors")
        model = make_reference(name, after).eval()
        model.load_state_dict(written, strict=True)
        expected = timm_loads(family, weights, model, after["channels"])
        adapted = set()
        for key, value in expected.items():
            if key.endswith("num_batches_tracked"):
                continue
            if value.shape != weights[key].shape:
                adapted.add(key)
            largest = (written[key] - value).abs().max().item()
            assert largest <= (PATCHES if "patch_size" in change and key == INPUT[family] + ".weight" else TENSORS), \
                (name, after, key, largest)
        assert {entry["name"] for entry in report["adapted"]} == adapted, (name, report["adapted"], adapted)
        assert report["replaced"] == [classifier(family) + ".weight", classifier(family) + ".bias"], report["replaced"]
        assert not report["missing"] and not report["unexpected"], report
        far.append(difference(name, after, "jetvit.safetensors", model))
        assert max(far) <= LOGITS, (name, after, far)
        print(f"{name} {change}: {len(adapted)} tensors adapted as by timm; logits differ by {max(far):.1e}", flush=True)


def main(jetvit):
    python = pathlib.Path(sys.executable).parents[2] / "peers/bin/python"
    if not python.exists():
        print(f"not run: {python} is missing")
        sys.exit(77)
    if pathlib.Path(sys.prefix).resolve() != python.parents[1].resolve():
        os.execv(python, [python, __file__, jetvit])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        compare(jetvit)


if __name__ == "__main__":
    main(str(pathlib.Path(sys.argv[1]).resolve()))
