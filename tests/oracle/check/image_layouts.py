#!/usr/bin/env python3
"""Images in every order, as Arrow's fixed-shape tensors, nested lists, flat lists and TFRecords: what the file says counts, --layout
and --shape settle the rest or are refused, and what is guessed is announced. The oracle is the numpy array that was written."""
import itertools
import json
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import mistakes
import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import tf_example
import tiny_training as tiny
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import masked_crc32c

JETS = 12
SQUARE, RECTANGLE = (3, 12, 12), (3, 15, 60)  # 15 x 60 = 30 x 30


def make_images(shape, seed=4):
    random = np.random.default_rng(seed)
    return (random.exponential(3, (JETS, *shape)) * (random.random((JETS, *shape)) < 0.3) + 0).astype(np.float32)


class Check:
    def __init__(self, jetvit, folder):
        self.jetvit, self.folder, self.count = jetvit, folder, 0

    def run(self, path, *options):
        self.count += 1
        return mistakes.run(self.jetvit, "prepare", "--train", path, "--out", self.folder / "store", "--overwrite", "--threads", "1",
                            "--zero-threshold", "0", *options)

    def reads(self, path, images, *options, guess=False):
        done = tiny.check(self.run(path, *options))
        assert guess is None or ("guess" in done.stderr) == guess, (path, options, done.stderr)
        manifest = json.loads((self.folder / "store/manifest.json").read_text())
        assert tuple(manifest["shape"]) == images.shape[1:], (path, options, manifest["shape"])
        seen = 0
        for shard in manifest["shards"]:
            for row in pa.ipc.open_file(str(self.folder / "store" / shard["file"])).read_all().to_pylist():
                got = np.zeros((images.shape[1], images[0, 0].size), np.float32)
                ends = np.cumsum(row["counts"])
                for channel, (begin, end) in enumerate(zip(ends - row["counts"], ends)):
                    assert list(row["pixel"][begin:end]) == sorted(row["pixel"][begin:end])
                    got[channel, row["pixel"][begin:end]] = row["value"][begin:end]
                assert np.array_equal(got.reshape(images.shape[1:]), images[row["source_row"]]), (path, options, row["source_row"])
                seen += 1
        assert seen == len(images)

    def refuses(self, path, *words, options=(), status=1):
        mistakes.expect(self.run(path, *options), status, *words)

    def write(self, name, column, **more):
        path = self.folder / f"{name}.parquet"
        pq.write_table(pa.table({"X_jets": column, "y": np.arange(JETS) % 2}), path, **more)
        return path


def stored_tensors(images, permutation, names):
    """A tensor column whose axes are those of `images` after the first, stored in another order, as Arrow's format says it."""
    physical = np.ascontiguousarray(images.transpose(0, *[1 + axis for axis in permutation]))
    places = [permutation.index(axis) for axis in range(3)]
    type_ = pa.fixed_shape_tensor(pa.float32(), physical.shape[1:], dim_names=[names[axis] for axis in permutation] if names else None,
                                  permutation=places)
    return pa.ExtensionArray.from_storage(type_, pa.FixedSizeListArray.from_arrays(pa.array(physical.reshape(-1)), physical[0].size))


def numpy_tensors(images, permutation, names=None):
    """The same by pyarrow's conversion of a numpy array with strides, which writes the inverse permutation and the names as given."""
    physical = np.ascontiguousarray(images.transpose(0, *[1 + axis for axis in permutation]))
    strided = physical.transpose(0, *[1 + permutation.index(axis) for axis in range(3)])
    assert np.array_equal(strided, images)
    return pa.FixedShapeTensorArray.from_numpy_ndarray(strided, dim_names=names)


def check_tensors(check):
    for shape in (SQUARE, RECTANGLE):
        images = make_images(shape)
        last = images.transpose(0, 2, 3, 1)
        for number, permutation in enumerate(itertools.permutations(range(3))):
            tag = f"{shape[2]}_{number}"
            check.reads(check.write(f"chw_{tag}", stored_tensors(images, permutation, None), row_group_size=5), images, guess=None)
            check.reads(check.write(f"hwc_{tag}", stored_tensors(last, permutation, None)), images, guess=None)
            check.reads(check.write(f"numpy_{tag}", numpy_tensors(images, permutation)), images, guess=None)
            check.reads(check.write(f"numpy_hwc_{tag}", numpy_tensors(last, permutation)), images, guess=None)
            check.reads(check.write(f"named_{tag}", stored_tensors(images, permutation, "CHW"), data_page_size=200), images, guess=None)
            check.reads(check.write(f"words_{tag}", stored_tensors(last, permutation, ["height", "width", "channel"])), images, guess=None)
            other = stored_tensors(images.transpose(0, 3, 1, 2), permutation, ["phi", "channel", "eta"])
            check.reads(check.write(f"axes_{tag}", other), images, guess=None)
        check.reads(check.write("first", stored_tensors(images, (0, 1, 2), None)), images)
        check.reads(check.write("last", stored_tensors(last, (0, 1, 2), None)), images, guess=True)
        check.reads(check.write("last", stored_tensors(last, (0, 1, 2), None)), images, "--layout", "hwc")
        check.reads(check.write("last", stored_tensors(last, (0, 1, 2), None)), images, "--shape", *map(str, shape))
        # A stack of (height, width, channel) images, turned with numpy's transpose: both readings of Arrow's schema in the wild.
        check.reads(check.write("turned", stored_tensors(images, (1, 2, 0), None)), images)
        check.reads(check.write("numpy_turned", numpy_tensors(images, (1, 2, 0))), images, guess=True)
        check.reads(check.write("numpy_turned", numpy_tensors(images, (1, 2, 0))), images, "--shape", *map(str, shape))
        check.reads(check.write("numpy_named", numpy_tensors(images, (1, 2, 0), ["C", "H", "W"])), images, guess=True)
    images = make_images((3, 3, 3))  # only the names define the axes
    for names, order in (("CHW", (0, 1, 2)), ("HWC", (1, 2, 0)), ("WHC", (2, 1, 0))):
        column = stored_tensors(images.transpose(0, *[1 + axis for axis in order]), (0, 1, 2), names)
        check.reads(check.write(f"cube_{names}", column), images)
    gray = make_images((1, 6, 9))
    flat = pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(gray[:, 0]))
    check.reads(check.write("gray", flat), gray)
    images = make_images(SQUARE)
    named = check.write("refused", stored_tensors(images, (1, 2, 0), "CHW"))
    check.refuses(named, "refused.parquet: column X_jets: holds images of 3 x 12 x 12 according to its Arrow schema", "3 x 9 x 16",
                  options=("--shape", "3", "9", "16"))
    check.reads(named, images, "--shape", "3", "12", "12", "--layout", "chw")
    check.reads(named, images, "--layout", "hwc")  # the order in which it is stored
    column = stored_tensors(images, (0, 1, 2), "CHW")
    check.refuses(check.write("refused", column), "in the order channel, height, width", "layout", options=("--layout", "hwc"))
    four = pa.FixedShapeTensorArray.from_numpy_ndarray(np.ones((JETS, 2, 3, 4, 5), np.float32))
    check.refuses(check.write("four", four), "column X_jets: its tensors have 4 axes")


def nested(images):
    return pa.array(images.tolist(), pa.list_(pa.list_(pa.list_(pa.float32()))))


def flat(images):
    return pa.array(images.reshape(len(images), -1).tolist(), pa.list_(pa.float32()))


def check_lists(check):
    for shape in (SQUARE, RECTANGLE):
        images = make_images(shape)
        last = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
        sizes = [str(size) for size in shape]
        first_path, last_path = check.write("nested_chw", nested(images)), check.write("nested_hwc", nested(last), row_group_size=5)
        check.reads(first_path, images)
        check.reads(first_path, images, "--layout", "chw", "--shape", *sizes)
        check.reads(last_path, images, guess=True)
        check.reads(last_path, images, "--layout", "hwc")
        check.reads(last_path, images, "--shape", *sizes)
        check.refuses(last_path, "wrong shape", options=("--shape", "3", "10", "10"))
        check.refuses(first_path, "layout", "channels of 3 x ", options=("--layout", "hwc"))
        check.reads(check.write("flat_hwc", flat(last)), images, "--shape", *sizes, "--layout", "hwc")
        check.reads(check.write("flat_hwc", flat(last)), images, "--shape", *sizes, guess=True)
        check.reads(check.write("flat_chw", flat(images)), images, "--shape", *sizes, "--layout", "chw")
        check.refuses(check.write("flat_chw", flat(images)), "wrong shape", options=("--shape", "3", "7", "7"))
    square = make_images(SQUARE)
    check.reads(check.write("square", flat(square.transpose(0, 2, 3, 1))), square, guess=True)
    check.reads(check.write("square", flat(square)), square, "--layout", "chw", guess=True)
    check.refuses(check.write("odd", flat(np.ones((JETS, 1, 7, 11), np.float32))), "77 numbers", "no square image", "shape")
    cube = make_images((3, 3, 3))
    path = check.write("cube", nested(cube))
    check.reads(path, cube)
    check.reads(path, cube.transpose(0, 3, 1, 2), "--layout", "hwc")
    check.refuses(path, "three positive numbers", options=("--shape", "3", "0", "3"), status=2)


def write_records(path, messages):
    def framed(record):
        length = len(record).to_bytes(8, "little")
        return length + masked_crc32c(length).to_bytes(4, "little") + record + masked_crc32c(record).to_bytes(4, "little")

    path.write_bytes(b"".join(map(framed, messages)))
    return path


def check_records(check):
    def write(name, images, integers=(), **shape):
        messages = []
        for jet, image in enumerate(images):
            message = tf_example.Example()
            feature = message.features.feature
            if "pixels" in integers:
                feature["X_jets"].int64_list.value.extend(image.reshape(-1).astype(int).tolist())
            else:
                feature["X_jets"].float_list.value.extend(image.reshape(-1).tolist())
            feature["label"].int64_list.value.append(jet % 2)
            for key, value in shape.items():
                feature[key].int64_list.value.extend(np.atleast_1d(value).tolist())
            messages.append(message.SerializeToString())
        return write_records(check.folder / f"{name}.tfrecord", messages)

    for channels, height, width in (SQUARE, RECTANGLE):
        images = make_images((channels, height, width))
        last = images.transpose(0, 2, 3, 1)
        sizes = [str(channels), str(height), str(width)]
        check.reads(write("shape_hwc", last, shape=[height, width, channels]), images)
        check.reads(write("shape_chw", images, shape=[channels, height, width]), images, guess=True)
        check.reads(write("told_chw", images, shape=[channels, height, width]), images, "--layout", "chw")
        for depth in ({"depth": channels}, {"channels": channels}, {}):
            path = write("sizes", last, height=height, width=width, **depth)
            check.reads(path, images, guess=True)
            check.reads(path, images, "--layout", "hwc")
            check.refuses(path, "height, width", "contradicts", options=("--shape", "3", "10", "10"))
            assert not json.loads((check.folder / "store/manifest.json").read_text())["observers"]
            check.reads(write("sizes_chw", images, height=height, width=width, **depth), images, "--layout", "chw")
        check.reads(write("bare", last), images, "--shape", *sizes, "--layout", "hwc")
        check.reads(write("bare_chw", images), images, "--shape", *sizes, "--layout", "chw")
        check.refuses(write("bare", last), "contradicts", options=("--shape", "3", "7", "7"))
        check.refuses(write("wrong", last, shape=[height, width, 2]), "record 0", "shape", str(images[0].size))
    whole = np.round(make_images(SQUARE))
    check.reads(write("integers", whole.transpose(0, 2, 3, 1), integers=("pixels",)), whole, guess=True)


def main():
    with tempfile.TemporaryDirectory() as name:
        check = Check(sys.argv[1], pathlib.Path(name))
        check_tensors(check)
        check_lists(check)
        check_records(check)
    print(f"images in all orders: {check.count} readings as numpy wrote them, or refused by name")


if __name__ == "__main__":
    main()
