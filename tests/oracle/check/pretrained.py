#!/usr/bin/env python3
"""Weights go both ways between timm and jetvit, in every family of timm's and in the hybrid of two:
  timm's file -> `jetvit forward`                       the logits are timm's
  timm's file -> `jetvit weights --pretrained`          for another image, window or patch size, number of channels and of
                                                        outputs: what timm's own loading makes of it
  that file   -> timm's load_state_dict (strict)        and the logits of `jetvit forward` are timm's
Against the numbers of make_pretrained_oracles.py; and once more, with timm's own random weights, against timm itself where
`scripts/setup --with-peers` has brought it."""
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import hash_fill
import numpy as np
from pretrained_cases import CASES, CLASSES, ORACLES, classifier, family, first_convolution
from program import run, settings

LOGITS, TENSORS, PATCHES = 1e-5, 1e-6, 1e-5  # patches: timm's pseudoinverse is in single precision
DERIVED = ("num_batches_tracked", "relative_position_index", "attn_mask")  # which no weights are


def adapted(jetvit, folder, name, options, *more):
    """The report of `jetvit weights` on timm.safetensors; what it wrote is in jetvit.safetensors."""
    report = json.loads(run(jetvit, "weights", name, *settings(options), "--pretrained", folder / "timm.safetensors", "--out",
                            folder / "jetvit.safetensors", "--overwrite", "--json", *more))["pretrained"]
    assert report["replaced"] == [classifier(name) + ".weight", classifier(name) + ".bias"], report["replaced"]
    assert not report["missing"] and not report["unexpected"], report
    return report


def logits(jetvit, folder, name, options, weights):
    """What `jetvit forward` makes of x.safetensors; a path, so that any library may read it."""
    run(jetvit, "forward", name, *settings(options), "--weights", weights, "--input", folder / "x.safetensors", "--output",
        folder / "y.safetensors", "--overwrite")
    return folder / "y.safetensors"


def tolerance(change, name, key):
    return PATCHES if "patch_size" in change and key == first_convolution(name) else TENSORS


def compare_stored(jetvit, folder, case):
    """Against the numbers that timm left."""
    from safetensors.numpy import load_file, save_file

    name, before, change = case["model"], case["before"], case["change"]
    after, changed = before | change, case["changed"]
    given = {key: np.zeros(shape, np.int64) if key.endswith(DERIVED) else hash_fill.weight(key, tuple(shape))
             for key, shape in case["tensors"].items()}
    save_file(given, folder / "timm.safetensors")
    report = adapted(jetvit, folder, name, after)
    assert {entry["name"] for entry in report["adapted"]} == set(changed), (name, report["adapted"], set(changed))
    written = load_file(folder / "jetvit.safetensors")
    assert set(written) == {key for key in given if not key.endswith(DERIVED)}, (name, set(written) ^ set(given))
    for key, value in written.items():
        assert value.dtype == np.float32, (key, value.dtype)
        if key in report["replaced"]:
            assert value.shape == (1, *given[key].shape[1:]), (key, value.shape)
            written[key] = hash_fill.weight(key, value.shape)
        elif key in changed:
            expected, error = changed[key], tolerance(change, name, key) * value.size**0.5
            assert value.shape == tuple(expected["shape"]), (key, value.shape)
            assert abs(np.linalg.norm(value.astype(np.float64)) - expected["norm"]) <= error, (name, key)
            assert abs(hash_fill.product(key, value) - expected["product"]) <= error, (name, key)
        else:
            assert np.array_equal(value, given[key]), (name, key)
    save_file(written, folder / "whole.safetensors")
    save_file({"x": hash_fill.tensor("x", (2, after["channels"], after["image_size"], after["image_size"]))}, folder / "x.safetensors")
    found = load_file(logits(jetvit, folder, name, after, folder / "whole.safetensors"))["logits"]
    far = np.abs(found.ravel() - case["logits"]).max()
    assert far <= LOGITS, (name, change, far)
    print(f"{name} {change}: {len(changed)} tensors adapted as timm did; logits differ by {far:.1e}", flush=True)


def compare_channels(jetvit, folder, case):
    """Sums and means of the colors."""
    from safetensors.numpy import load_file

    name, first = case["model"], first_convolution(case["model"])
    colors = hash_fill.weight(first, tuple(case["tensors"][first])).astype(np.float64).sum(1, keepdims=True)
    for channels in (1, 8):
        for how, plane in (("sum", colors / channels), ("mean", colors / 3)):
            report = adapted(jetvit, folder, name, case["before"] | {"channels": channels}, "--channels", how)
            assert report["adapted"] == [{"name": first, "how": f"3 to {channels} input channels ({how})"}], report["adapted"]
            found = load_file(folder / "jetvit.safetensors")[first]
            assert found.shape[1] == channels and np.abs(found - plane).max() <= TENSORS, (name, channels, how)


def compare_timm(jetvit, folder):
    """Against timm itself."""
    import torch
    from compare_timm import reference
    from references import adapted_by_timm, make_reference
    from safetensors.torch import load_file, save_file

    torch.set_num_threads(1)

    def difference(name, options, weights, model):
        """Of the largest logit."""
        x = torch.randn(2, options["channels"], options["image_size"], options["image_size"])
        save_file({"x": x}, folder / "x.safetensors")
        with torch.no_grad():
            return (model(x) - load_file(logits(jetvit, folder, name, options, weights))["logits"]).abs().max().item()

    for name, before, change in CASES:
        after = before | change
        source = reference(name, before)
        weights = {key: value.contiguous() for key, value in source.state_dict().items()}
        save_file(weights, folder / "same.safetensors")
        far = [difference(name, before, folder / "same.safetensors", source)]
        last = classifier(name)
        weights |= {last + ".weight": torch.randn(CLASSES, weights[last + ".weight"].shape[1]), last + ".bias": torch.randn(CLASSES)}
        save_file(weights, folder / "timm.safetensors")
        report = adapted(jetvit, folder, name, after)
        written = load_file(folder / "jetvit.safetensors")
        model = make_reference(name, after).eval()
        model.load_state_dict(written, strict=True)
        changed = set()
        for key, value in adapted_by_timm(name, weights, model, after["channels"]).items():
            if key.endswith("num_batches_tracked"):
                continue
            if value.shape != weights[key].shape:
                changed.add(key)
            largest = (written[key] - value).abs().max().item()
            assert largest <= tolerance(change, name, key), (name, after, key, largest)
        assert {entry["name"] for entry in report["adapted"]} == changed, (name, report["adapted"], changed)
        far.append(difference(name, after, folder / "jetvit.safetensors", model))
        assert max(far) <= LOGITS, (name, after, far)
        print(f"{name} {change}: {len(changed)} tensors adapted as by timm; logits differ by {max(far):.1e}", flush=True)


def main(jetvit, *more):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if more:
            return compare_timm(jetvit, folder)
        cases = json.loads(ORACLES.read_text())["cases"]
        assert [(case["model"], case["before"], case["change"]) for case in cases] == CASES, "make the oracles again"
        families = {}
        for case in cases:
            compare_stored(jetvit, folder, case)
            if families.setdefault(family(case["model"]), case) is case:
                compare_channels(jetvit, folder, case)
    peers = pathlib.Path(sys.prefix).resolve().parent / "peers/bin/python"
    if peers.exists():
        print(run(peers, __file__, jetvit, "--timm"), end="")
    else:
        print(f"the stored numbers alone: {peers} is missing")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), *sys.argv[2:])
