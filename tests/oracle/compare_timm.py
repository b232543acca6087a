#!/usr/bin/env python3
"""jetvit against timm with timm's own randomly drawn weights: names, shapes and order of the parameters are the same, so are
the multiply-adds that torch counts, and at two image sizes and with 1, 3 and 8 channels the largest difference of a logit
(`jetvit forward`) stays below 1e-5 (float32).
Needs `scripts/setup --with-peers`:

    .deps/peers/bin/python tests/oracle/compare_timm.py build/release/bin/jetvit [MODEL...]
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
from make_model_oracles import make_reference
from safetensors.torch import load_file, save_file
from torch.utils.flop_counter import FlopCounterMode

# Image sizes; 125 is that of the detector.
MODELS = {"vit_tiny": (128, 224), "coatnet_0": (128, 224), "vit_small": (128, 224), "swin_tiny": (125, 128, 224),
          "efficientnet_b0": (125, 128, 224), "efficientnet_b3": (125, 128, 224), "effswin": (125, 128, 224),
          "davit_tiny": (125, 128, 224), "swin_nano": (48, 64), "efficientnet_nano": (48, 64), "effswin_nano": (48, 64),
          "davit_nano": (48, 64), "coatnet_0_paper": (128, 224), "maxvit_tiny": (128, 224),
          "maxvit_tiny_rw": (128, 224), "maxvit_nano": (32, 64), "vit_nano": (48, 96), "coatnet_nano": (48, 64),
          "resnet_15": (64, 125)}
# Further options, at the first size and three channels.
VARIANTS = {"swin_tiny": ({"window": 8},), "effswin": ({"split": 1}, {"split": 3}), "davit_tiny": ({"window": 4},)}
TOLERANCE = 1e-5
# Of the last block we compute the class token alone; timm looks biases up by matrix products.
COSTS_LESS = ("vit_tiny", "vit_small", "vit_nano", "maxvit_tiny", "maxvit_nano")


def reference(name, options):
    """timm's model with norms and running statistics moved away from their trivial initial values."""
    torch.manual_seed(1)
    model = make_reference(name, options).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
        for buffer_name, buffer in model.named_buffers():
            if buffer_name.endswith("running_mean"):
                buffer.normal_(0, 0.1)
            if buffer_name.endswith("running_var"):
                buffer.uniform_(0.5, 1.5)
    return model


def run(program, command, name, options, *arguments):
    settings = [part for key, value in options.items() for part in ("--set", f"{key}={value}")]
    return subprocess.run([program, command, name, *settings, *arguments], check=True, capture_output=True, text=True,
                          timeout=300).stdout


def difference(program, folder, name, options):
    model = reference(name, options)
    described = json.loads(run(program, "describe", name, options, "--json"))
    assert [(tensor["name"], tuple(tensor["shape"])) for tensor in described["tensors"]] == \
        [(key, tuple(parameter.shape)) for key, parameter in model.named_parameters()], (name, options)
    size = options["image_size"]
    x = torch.randn(2, options["channels"], size, size)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x[:1])
    cost = counter.get_total_flops() // 2  # a multiplication and an addition each
    assert described["multiply_adds"] < cost if name in COSTS_LESS else described["multiply_adds"] == cost, (name, options)
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, folder / "weights.safetensors")
    save_file({"x": x}, folder / "x.safetensors")
    run(program, "forward", name, options, "--weights", folder / "weights.safetensors", "--input", folder / "x.safetensors",
        "--output", folder / "y.safetensors", "--overwrite")
    with torch.no_grad():
        return (model(x) - load_file(folder / "y.safetensors")["logits"]).abs().max().item()


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[2:] or MODELS:
            cases = [{"image_size": size, "channels": channels} for size in MODELS[name] for channels in (1, 3, 8)]
            cases += [cases[1] | variant for variant in VARIANTS.get(name, ())]
            for options in cases:
                largest = difference(sys.argv[1], pathlib.Path(folder), name, options)
                print(f"{name} {options}: largest difference {largest:.1e}", flush=True)
                assert largest <= TOLERANCE, (name, options, largest)


if __name__ == "__main__":
    main()
