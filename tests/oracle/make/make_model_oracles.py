#!/usr/bin/env python3
"""Writes tests/model/oracles/*.json: what timm (and, for resnet_15, torch.nn) computes with parameters, buffers and images
that a hash of their names fills (hash_fill.py), so that no weights need to be stored.
Needs `scripts/setup --with-peers`:

    .deps/peers/bin/python tests/oracle/make/make_model_oracles.py [MODEL...]

The reference runs in float64 on the float32 values, so that the stored numbers do not depend on a machine's order of
summation; "float32_deviation" is how far timm itself lands from them in float32. A case holds
  logits       (batch, 1) in evaluation mode
  gradients    per parameter [norm, product with the hash vector "projection/<name>"] of sum(logits * hash "loss") in
               training mode (batch statistics, no dropout)
  steps        forward passes in training mode, the last of which gives the gradients (one where it is absent)
  float32_gradients  the largest |difference| / |gradient| of timm's own float32, over the parameters whose gradient does
               not vanish in exact arithmetic
  buffers      per running statistic the product with its hash vector after these steps
  third_buffers  the same after two more steps on the images "x2" and "x3"
and a model
  drawn        per parameter [mean, standard deviation] of what timm's initialization draws, over SEEDS seeds
  structure    for its options: shapes of all tensors, random layers in the order of execution (reference_structure.py)
"""
import copy
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import hash_fill
import reference_structure
import stage_references
import timm
import torch
from references import fill, make_reference

SCRIPT = "tests/oracle/make/make_model_oracles.py"
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "model/oracles"
BATCH = 2
SEEDS = 8
# Of widths inside blocks: numbers that every rounding of timm's has to do with.
RATIOS = {"mlp_ratio": 2.3, "expand_ratio": 1.7}
VANISHES = 1e-9  # of the largest gradient's norm: zero in exact arithmetic


def product(name, tensor):
    return hash_fill.product(name, tensor.detach().numpy())


def gradients(model, x, steps):
    """By name, of the last of some passes in training mode."""
    model.train()
    for _ in range(steps - 1):
        model(x)
    (model(x).flatten() * torch.from_numpy(hash_fill.uniform("loss", len(x))).to(x.dtype)).sum().backward()
    return {key: parameter.grad for key, parameter in model.named_parameters()}


def relative_deviation(found, exact):
    """The largest |difference| / |gradient|, over the gradients that do not vanish in exact arithmetic."""
    norms = {key: gradient.norm().item() for key, gradient in exact.items()}
    least = VANISHES * max(norms.values())
    return max((found[key].double() - exact[key]).norm().item() / norm for key, norm in norms.items() if norm > least)


def make_case(name, options, with_gradients, steps=1, batch=BATCH):
    model = make_reference(name, options)
    fill(model)
    size = options["image_size"]
    shape = (batch, options["channels"], size, size)
    x = torch.from_numpy(hash_fill.tensor("x", shape))
    in_float32 = copy.deepcopy(model)
    with torch.no_grad():
        single = model.eval()(x)
        logits = model.double().eval()(x.double())
    case = {"options": options, "logits": logits.flatten().tolist(),
            "float32_deviation": float((single - logits).abs().max()),
            "parameters": sum(parameter.numel() for parameter in model.parameters())}
    if with_gradients:
        if steps > 1:
            case["steps"] = steps
        exact = gradients(model, x.double(), steps)
        case["gradients"] = {key: [float(gradient.norm()), product(key, gradient)] for key, gradient in exact.items()}
        case["float32_gradients"] = relative_deviation(gradients(in_float32, x, steps), exact)
        case["buffers"] = {key: product(key, tensor) for key, tensor in model.named_buffers() if key.split(".")[-1] in
                           ("running_mean", "running_var")}
        if case["buffers"]:
            with torch.no_grad():
                for images in ("x2", "x3"):
                    model(torch.from_numpy(hash_fill.tensor(images, shape)).double())
            case["third_buffers"] = {key: product(key, tensor) for key, tensor in model.named_buffers()
                                     if key in case["buffers"]}
    return case


def drawn(name, options):
    values = {}
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        for key, parameter in make_reference(name, options).named_parameters():
            draw = parameter.detach().double().flatten()
            # Once in some ten million draws torch's trunc_normal_ hits erfinv(-1) and leaves the cut itself, -2: not the
            # distribution that is meant.
            values.setdefault(key, []).append(draw[draw.abs() < 2])
    return {key: [torch.cat(draws).mean().item(), torch.cat(draws).std(correction=0).item()]
            for key, draws in values.items()}


def structure(name):
    """Of the full size, with every random layer on, at an image that its windows tile."""
    nano = name.endswith("nano")
    options = {"image_size": 48 if nano else 64, "channels": 3}
    options |= {"dropout": 0.1}
    if name != "resnet_15":
        options |= {"drop_path": 0.2}
    if name.startswith("effswin"):
        options |= {"front_drop_path": 0.15}
    if name in ("swin_tiny", "davit_tiny"):
        options["window"] = 4
    model = make_reference(name, options)
    layers = reference_structure.random_layers(model, torch.zeros(BATCH, 3, options["image_size"], options["image_size"]))
    if name.startswith("vit"):
        layers = reference_structure.first_token_alone(layers, len(model.blocks), model.pos_embed.shape[1])
    return {"options": options, "tensors": reference_structure.tensors(model), "random_layers": layers}


def plan():
    """Model: options and whether gradients are stored. Two image sizes, 1, 3 and 8 channels each."""
    small = {"embed_dim": [16, 32], "depths": [1, 2], "head_dim": 16, "stem_width": [8, 16]}
    for name, more in {"maxvit_tiny": small, "maxvit_tiny_rw": small,
                       "coatnet_0_paper": small | {"blocks": "CT"}}.items():
        cases = [(more | {"image_size": size, "channels": channels}, (size, channels) == (32, 3))
                 for size in (32, 48) for channels in (1, 3, 8)]
        if name == "maxvit_tiny":
            # The study's: window 4 at 128 px; and a window that is not the last stage's image.
            cases.append(({"image_size": 128, "channels": 3}, False))
            cases.append((more | {"image_size": 64, "channels": 3, "window": 4}, False))
            # Squeeze-excite of less than one channel, by its ratio.
            cases.append(({"embed_dim": [2, 4], "depths": [1, 1], "head_dim": 2, "stem_width": [4, 4], "image_size": 32,
                           "channels": 3}, True))
        cases.append((more | {"image_size": 32, "channels": 3} | RATIOS, False))
        yield name, cases
    yield "maxvit_nano", [({"image_size": size, "channels": channels}, (size, channels) == (48, 3))
                          for size in (48, 64) for channels in (1, 3, 8)]
    for name, sizes in {"vit_tiny": (128, 224), "coatnet_0": (128, 224), "vit_nano": (48, 96), "coatnet_nano": (48, 64),
                        "resnet_15": (64, 125)}.items():
        small = name not in ("vit_tiny", "coatnet_0")
        cases = [({"image_size": size, "channels": channels}, small or (size, channels) == (128, 3))
                 for size in sizes for channels in (1, 3, 8)]
        if name == "resnet_15":
            cases.append(({"image_size": 64, "channels": 3, "head_widths": [128, 128]}, True))
            cases.append(({"image_size": 64, "channels": 3, "width": 8, "depths": [2, 1, 2]}, True))
        if name == "coatnet_nano":
            cases.append(({"image_size": 96, "channels": 3, "stem_stride": 2}, True))
            cases.append(({"image_size": 48, "channels": 3} | RATIOS, False))
        if name == "vit_nano":
            cases.append(({"image_size": 48, "channels": 3, "mlp_ratio": 2.3}, False))
            cases.append(({"image_size": 48, "channels": 3, "patch_size": 8, "embed_dim": 48, "depth": 3, "heads": 2}, True))
        yield name, cases
    yield from stage_references.plan()


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, cases in plan():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        document = {"made_by": SCRIPT, "timm": timm.__version__, "torch": torch.__version__.split("+")[0], "model": name,
                    "cases": [make_case(name, *case) for case in cases], "drawn": drawn(name, cases[1][0]),
                    "structure": structure(name)}
        # A list of numbers takes one line.
        lines = re.sub(r"\[\s+([^][{}]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]",
                       json.dumps(document, indent=1))
        (FOLDER / f"{name}.json").write_text(lines + "\n")
        for case in document["cases"]:
            print(name, case["options"], case["logits"], f"float32 {case['float32_deviation']:.1e}",
                  f"gradients {case.get('float32_gradients', 0):.1e}", flush=True)


if __name__ == "__main__":
    main()
