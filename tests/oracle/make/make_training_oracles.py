#!/usr/bin/env python3
"""Writes tests/train/training_oracles.json: the losses of ten training steps that timm (for resnet_15, torch.nn) takes with
torch.optim.AdamW and timm's own choice of the parameters that decay. Weights, images and labels come from hashes of
their names as in make_model_oracles.py, a new batch each step; there are no random layers. Needs
`scripts/setup --with-peers`:

    .deps/peers/bin/python tests/oracle/make/make_training_oracles.py

The reference runs in float64; "float32_deviation" is how far timm's own losses in float32 lie from it, "bfloat16_deviation"
|difference| / |logits| of the first batch in training mode under torch.autocast.
"""
import copy
import json
import math
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import timm
import torch
from hash_fill import uniform
from references import fill, make_optimizer, make_reference
from torch.nn import functional

FILE = pathlib.Path(__file__).resolve().parents[2] / "train/training_oracles.json"
STEPS, BATCH = 10, 8
LEARNING_RATE, WEIGHT_DECAY = 1e-3, 1.0  # strong decay: where it is missing or too much, the losses show it
OPTIONS = {"image_size": 48, "channels": 3}
NARROW = {"embed_dim": [16, 32], "depths": [1, 2], "head_dim": 16, "stem_width": [8, 16]}
# The small models, and the kinds that have no small size; with their further options.
MODELS = dict.fromkeys(("vit_nano", "swin_nano", "coatnet_nano", "efficientnet_nano", "effswin_nano", "davit_nano", "maxvit_nano",
                        "resnet_15"), {}) | {"coatnet_0_paper": NARROW | {"blocks": "CT"}, "maxvit_tiny_rw": NARROW}


def images(step, precision):
    shape = (BATCH, OPTIONS["channels"], OPTIONS["image_size"], OPTIONS["image_size"])
    return torch.from_numpy(uniform(f"x{step}", math.prod(shape)).reshape(shape)).float().to(precision)


def bfloat16_deviation(name):
    model = make_reference(name, OPTIONS | MODELS[name])
    fill(model)
    model.train()
    with torch.no_grad():
        exact = copy.deepcopy(model).double()(images(0, torch.float64))
        with torch.autocast("cpu", torch.bfloat16):
            found = model(images(0, torch.float32))
    return ((found.double() - exact).norm() / exact.norm()).item()


def losses(name, precision):
    model = make_reference(name, OPTIONS | MODELS[name])
    fill(model)
    model.to(precision).train()
    optimizer = make_optimizer(model, LEARNING_RATE, WEIGHT_DECAY)
    for step in range(STEPS):
        x = images(step, precision)
        labels = torch.from_numpy(uniform(f"labels{step}", BATCH) > 0).to(precision)
        loss = functional.binary_cross_entropy_with_logits(model(x).flatten(), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield loss.item()


def main():
    document = {"made_by": "tests/oracle/make/make_training_oracles.py", "timm": timm.__version__,
                "torch": torch.__version__.split("+")[0], "batch": BATCH, "lr": LEARNING_RATE,
                "weight_decay": WEIGHT_DECAY, "models": {}}
    for name in MODELS:
        exact = list(losses(name, torch.float64))
        deviation = max(abs(one - two) for one, two in zip(losses(name, torch.float32), exact))
        document["models"][name] = {"options": OPTIONS | MODELS[name], "losses": exact, "float32_deviation": deviation,
                                    "bfloat16_deviation": bfloat16_deviation(name)}
        print(name, " ".join(f"{loss:.4f}" for loss in exact), f"float32 {deviation:.1e}",
              f"bfloat16 {document['models'][name]['bfloat16_deviation']:.1e}", flush=True)
    FILE.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
