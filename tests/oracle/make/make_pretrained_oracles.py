#!/usr/bin/env python3
"""Writes tests/model/io/pretrained_oracles.json: what timm's loading of pretrained weights makes of the cases of pretrained.py, each a
file of a model of timm's with 1000 classes that is brought to another size of the image, window or patch and to other
channels. A hash of their names fills the tensors (hash_fill.py). Needs `scripts/setup --with-peers`:

    .deps/peers/bin/python tests/oracle/make/make_pretrained_oracles.py

Of a case
  tensors   shapes by name, of all that timm's model holds in its state dictionary before, counters and tables too
  changed   of the tensors that timm adapts the new shape, the norm and the product with the hash vector of its name
  logits    (2, 1) of the model after, whose classifier, of one output, the hash fills as well
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import hash_fill
import timm
import torch
from pretrained_cases import CASES, CLASSES, ORACLES, classifier
from references import adapted_by_timm, make_reference


def filled(key, shape, like):
    return torch.from_numpy(hash_fill.weight(key, shape)) if like.is_floating_point() else torch.zeros(shape, dtype=like.dtype)


def make_case(name, before, change):
    after = before | change
    source = make_reference(name, before)
    weights = {key: filled(key, tuple(value.shape), value) for key, value in source.state_dict().items()}
    last = classifier(name)
    weights[last + ".weight"] = torch.from_numpy(hash_fill.weight(last + ".weight", (CLASSES, weights[last + ".weight"].shape[1])))
    weights[last + ".bias"] = torch.from_numpy(hash_fill.weight(last + ".bias", (CLASSES,)))
    model = make_reference(name, after).eval()
    state = {key: filled(key, tuple(value.shape), value) for key, value in model.state_dict().items()}
    changed = {}
    for key, value in adapted_by_timm(name, weights, model, after["channels"]).items():
        if value.shape != weights[key].shape:
            changed[key] = {"shape": list(value.shape), "norm": value.double().norm().item(),
                            "product": hash_fill.product(key, value.numpy())}
        state[key] = value
    model.load_state_dict(state, strict=True)
    x = torch.from_numpy(hash_fill.tensor("x", (2, after["channels"], after["image_size"], after["image_size"])))
    with torch.no_grad():
        logits = model.double()(x.double())
    print(name, change, sorted(changed), logits.flatten().tolist(), flush=True)
    return {"model": name, "before": before, "change": change,
            "tensors": {key: list(value.shape) for key, value in weights.items()}, "changed": changed,
            "logits": logits.flatten().tolist()}


def main():
    document = {"made_by": "tests/oracle/make/make_pretrained_oracles.py", "timm": timm.__version__,
                "torch": torch.__version__.split("+")[0], "cases": [make_case(*case) for case in CASES]}
    lines = re.sub(r"\[\s+([^][{}]*?)\s+\]", lambda found: f"[{' '.join(found[1].split())}]", json.dumps(document, indent=1))
    ORACLES.write_text(lines + "\n")


if __name__ == "__main__":
    main()
