"""Values that a hash of a tensor's name fills, the same here and in tests/support/hash_fill.cc: numbers of a reference then need
no stored weights. Needs numpy alone."""
import math

import numpy as np


def uniform(name, count):
    """`count` values in [-1, 1): SplitMix64 started at the FNV-1a hash of the name."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) % 2**64
    with np.errstate(over="ignore"):
        word = np.uint64(state) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    word = word ^ (word >> np.uint64(31))
    return (word >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1.0


def tensor(name, shape):
    """float32 of these values."""
    return uniform(name, math.prod(shape)).astype(np.float32).reshape(shape)


def weight(name, shape):
    """The float32 value of a parameter or buffer: every kind of tensor takes part, activations stay near 1."""
    values = uniform(name, math.prod(shape))
    if name.endswith("running_var"):
        values = 1 + 0.5 * np.abs(values)
    elif name.endswith("running_mean"):
        values = 0.1 * values
    elif name in ("pos_embed", "cls_token"):
        values = 0.5 * values
    elif len(shape) > 1:
        # With SiLU and squeeze-excite EfficientNet's convolutions would let the signal die out.
        gain = 3 if "conv_" in name and ".se." not in name else 1.5
        values = gain / math.sqrt(math.prod(shape[1:])) * values
    elif name.endswith("weight"):
        values = 1 + 0.2 * values
    else:
        values = 0.2 * values
    return values.astype(np.float32).reshape(shape)


def product(name, values):
    """That of a tensor with a hash vector of its own: what the oracles store of it."""
    flat = np.asarray(values, dtype=np.float64).ravel()
    return float(np.dot(flat, uniform("projection/" + name, flat.size)))
