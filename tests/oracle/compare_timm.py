#!/usr/bin/env python3
"""`jetvit forward` against timm with timm's own randomly drawn weights, at two image sizes and with 1, 3 and 8 channels: the
largest difference of a logit stays below 1e-5 (float32). Needs `scripts/setup --with-peers`:

    .deps/peers/bin/python tests/oracle/compare_timm.py build/release/bin/jetvit
"""
import pathlib
import subprocess
import sys
import tempfile

import timm
import torch
from safetensors.torch import load_file, save_file

MODELS = {"vit_tiny": "vit_tiny_patch16_224", "coatnet_0": "coatnet_0_rw_224", "coatnet_0_paper": "coatnet_0_224",
          "maxvit_tiny": "maxvit_tiny_tf_224", "maxvit_tiny_rw": "maxvit_tiny_rw_224"}
TOLERANCE = 1e-5


def reference(name, size, channels):
    """timm's model with norms and running statistics moved away from their trivial initial values."""
    torch.manual_seed(1)
    model = timm.create_model(name, pretrained=False, num_classes=1, in_chans=channels, img_size=size).eval()
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


def difference(program, folder, name, size, channels):
    model = reference(MODELS[name], size, channels)
    x = torch.randn(2, channels, size, size)
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, folder / "weights.safetensors")
    save_file({"x": x}, folder / "x.safetensors")
    subprocess.run([program, "forward", name, "--set", f"image_size={size}", "--set", f"channels={channels}", "--weights",
                    folder / "weights.safetensors", "--input", folder / "x.safetensors", "--output", folder / "y.safetensors",
                    "--overwrite"], check=True, capture_output=True, timeout=300)
    with torch.no_grad():
        return (model(x) - load_file(folder / "y.safetensors")["logits"]).abs().max().item()


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name in MODELS:
            for size in (128, 224):
                for channels in (1, 3, 8):
                    largest = difference(sys.argv[1], pathlib.Path(folder), name, size, channels)
                    print(f"{name} {size} px, {channels} channels: largest difference {largest:.1e}", flush=True)
                    assert largest <= TOLERANCE, (name, size, channels, largest)


if __name__ == "__main__":
    main()
