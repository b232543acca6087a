"""Small raw files in every way in which pyarrow may write them."""
import numpy as np
import pyarrow as pa

SHAPE = (3, 25, 25)
TOP_SHAPE = (25, 25, 8)


def make_images(rng, count, shape, negative):
    images = np.zeros((count, *shape), np.float32)
    hits = rng.random(images.shape) < 0.03
    images[hits] = rng.exponential(3, hits.sum()).astype(np.float32) + 0.01
    if negative:
        images[..., 1:3] *= rng.choice([-1, 1], images[..., 1:3].shape)
    return images


def lists_of(images, kind, type_):
    """The images as a pyarrow array of nested lists: kind list, large_list or fixed_size_list."""
    array = pa.array(images.reshape(-1), type_)
    for size in reversed(images.shape[1:]):
        count = len(array) // size
        offsets = np.arange(count + 1) * size
        if kind == "fixed_size_list":
            array = pa.FixedSizeListArray.from_arrays(array, size)
        elif kind == "large_list":
            array = pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), array)
        else:
            array = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), array)
    return array


def table(rng, images, kind, type_, name="X_jets", label=pa.float64(), extra=False):
    count = len(images)
    y = rng.integers(0, 2, count)
    columns = {name: lists_of(images, kind, type_), "pt": pa.array(rng.uniform(80, 170, count)),
               "m0": pa.array(rng.uniform(5, 40, count)), "y": pa.array(y).cast(label)}
    if extra:
        columns["event"] = pa.array(rng.integers(0, 10**9, count))
        columns["note"] = pa.array(["jet"] * count)
    return pa.table(columns)
