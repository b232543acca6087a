"""Prints the numbers stored in tests/image_export/: sums by numpy, a plane resized by OpenCV (with Intel's IPP, as
opencv-python does on x86-64).

  .deps/python/bin/python tests/oracle/make/make_published_oracles.py
"""
import cv2
import numpy as np

SUMS = ((7, 1, 0), (127, 3, 0.1), (128, 1, 0.1), (129, 2, 0.3), (1000, 7, 0.1), (15625, 1, 0), (15625, 19, 0), (15625, 61, 0.1), (578125, 911, 1 / 3),
        (5000000, 40009, 0.1))


def sums():
    for size, step, fill in SUMS:
        numbers = np.full(size, float(fill))
        count = len(numbers[::step])
        numbers[::step] = 1 / np.arange(1, count + 1)
        print(f"sum of {size}, every {step}th, fill {fill}: {float(numbers.sum()).hex()}")


def resized():
    index = np.arange(125 * 125).reshape(125, 125)
    plane = (index * 7919 % 1009) / 3.0
    plane[index * 31 % 7 > 1] = 0
    plane[40:60] = 0
    digest = 0
    for word in cv2.resize(plane, (128, 128)).view(np.uint64).ravel().tolist():
        digest = (digest * 1099511628211 ^ word) % 2**64
    print(f"digest of the resized plane: {digest:#x}")


if __name__ == "__main__":
    sums()
    resized()
