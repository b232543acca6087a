"""The published study's preparation stated with numpy and OpenCV, for comparison with `jetvit prepare --mode published`:
batches of one file, x < 1e-3 -> 0, z-score by the batch, clip to 500 deviations of the jet, 255 x / max, truncation."""
import cv2
import numpy as np
import pyarrow.parquet as pq

SIDE = 128  # of the pictures in TFRecords


def read_raw(path):
    """Images as they lie in the file, (jets, 3, 125, 125) or (jets, 125, 125, 8) float64, and labels."""
    table = pq.read_table(path, columns=["X_jets", "y"])
    values = table["X_jets"].combine_chunks()
    while hasattr(values, "flatten") and values.type != "double" and values.type != "float":
        values = values.flatten()
    pixels = values.to_numpy().astype(np.float64)
    nested = str(table.schema.field("X_jets").type).count("list") > 1
    shape = (-1, 3, 125, 125) if nested else (-1, 125, 125, 8)
    return pixels.reshape(shape), table["y"].to_numpy().astype(int)


def z_scores(channel):
    """Normalizes all jets of one channel, (jets, rows, columns), in place; gives mean and deviation."""
    mean, deviation = channel.mean(), channel.std()
    with np.errstate(invalid="ignore", divide="ignore"):
        channel -= mean
        channel /= deviation
    return mean, deviation


def stretch(plane):
    """255 x / max; a plane without signal stays zero."""
    largest = plane.max()
    return 255 * plane / largest if largest > 0 else np.zeros_like(plane)


def clipped(plane):
    return np.clip(np.nan_to_num(plane, nan=0.0), 0, 500 * np.nan_to_num(plane.std(), nan=0.0))


def rgb_pictures(images):
    """A batch (jets, 3, 125, 125) -> RGB (jets, 125, 125, 3) uint8, and (mean, deviation) of each channel."""
    images = images.copy()
    images[images < 1e-3] = 0
    scales = [z_scores(images[:, channel]) for channel in range(3)]
    pictures = np.empty((len(images), 125, 125, 3), np.uint8)
    for picture, image in zip(pictures, images):
        levels = np.stack([stretch(clipped(plane)) for plane in image]).astype(np.uint8)
        picture[:] = levels.T[:, :, ::-1]  # cv2.imwrite takes the last channel as red
    return pictures, scales


def gray_pictures(images):
    """A batch (jets, 125, 125, 8) -> (jets, 8, 128, 128) uint8, and (mean, deviation) of each channel."""
    images = images.copy()
    images[images < 1e-3] = 0
    scales = [z_scores(images[:, :, :, channel]) for channel in range(8)]
    pictures = np.empty((len(images), 8, SIDE, SIDE), np.uint8)
    for jet, image in enumerate(images):
        for channel in range(8):
            plane = stretch(clipped(image[:, :, channel]))
            pictures[jet, channel] = stretch(cv2.resize(plane, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)).astype(np.uint8)
    return pictures, scales


def batches(jets, size):
    return [slice(first, min(first + size, jets)) for first in range(0, jets, size)]


class Difference:
    """Counts pixels that differ."""

    def __init__(self):
        self.pixels = self.different = self.largest = self.signal = 0

    def add(self, ours, theirs):
        assert ours.shape == theirs.shape and ours.dtype == theirs.dtype == np.uint8, (ours.shape, theirs.shape)
        gap = np.abs(ours.astype(int) - theirs)
        self.pixels += gap.size
        self.signal += int((theirs > 0).sum())
        self.different += int((gap > 0).sum())
        self.largest = max(self.largest, int(gap.max()))

    def check(self):
        """At most one gray level on at most 1e-5 of the pixels."""
        assert self.pixels > 0 and self.signal > 0 and self.largest <= 1 and self.different <= 1e-5 * self.pixels, str(self)

    def __str__(self):
        return (f"{self.different:,} of {self.pixels:,} pixels differ ({self.signal:,} are above zero), by at most {self.largest}")
