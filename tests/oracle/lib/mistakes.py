"""Runs jetvit on mistakes: the exit status, a message on one line that names what is wrong, and nothing left behind."""
import contextlib
import json
import subprocess

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file


def run(*words, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300, **more)


def expect(done, status, *fragments):
    """The last line of stderr is the message ("jetvit: where: problem (why) suggestion"), or points to --help."""
    assert done.returncode == status, f"exit {done.returncode}, not {status}\n{done.args}\n{done.stdout}\n{done.stderr}"
    lines = [line for line in done.stderr.strip().splitlines() if "--help" not in line]
    message = lines[-1] if lines else ""
    for fragment in fragments:
        assert str(fragment) in message, f"{fragment!r} is not in: {done.stderr}\n{done.args}"
    assert "terminate called" not in done.stderr and "basic_string" not in done.stderr, done.stderr


@contextlib.contextmanager
def small_disk(folder):
    """A file system of 128 kB; None where none may be mounted."""
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk], capture_output=True).returncode == 0
    try:
        yield disk if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", disk], check=True)


def edit_checkpoint(source, target, change):
    """A copy of a checkpoint after change(metadata, tensors), without a checksum; metadata["jetvit"] is a dict meanwhile."""
    with safe_open(source, "numpy") as file:
        metadata = dict(file.metadata())
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    metadata.pop("jetvit_crc64", None)
    metadata["jetvit"] = json.loads(metadata["jetvit"])
    change(metadata, tensors)
    metadata["jetvit"] = json.dumps(metadata["jetvit"])
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, target, metadata)
    return target


def damaged_checkpoints(best, folder):
    """(path, words of the message) of every way in which a checkpoint can be wrong."""
    whole = best.read_bytes()

    def damaged(name, content):
        path = folder / f"{name}.safetensors"
        path.write_bytes(content)
        return path

    def edited(name, change):
        return edit_checkpoint(best, folder / f"{name}.safetensors", change)

    def about(change):
        return lambda metadata, tensors: change(metadata["jetvit"])

    def without(metadata, tensors):
        tensors.pop(sorted(tensors)[0])

    def wider(metadata, tensors):
        name = sorted(tensors)[0]
        tensors[name] = np.concatenate([tensors[name], tensors[name]])

    def surplus(metadata, tensors):
        tensors["surplus.weight"] = np.zeros(3, np.float32)

    def plain(metadata, tensors):
        metadata["jetvit"] = {}

    yield damaged("empty", b""), "empty.safetensors"
    yield damaged("short", whole[:5]), "short.safetensors"
    yield damaged("header", whole[: 8 + 100]), "header.safetensors"
    yield damaged("cut", whole[:-1]), "cut.safetensors"
    yield damaged("longer", whole + b"x"), "longer.safetensors"
    yield damaged("text", b"this is a shopping list, not a checkpoint"), "text.safetensors"
    yield damaged("zeros", bytes(1000)), "zeros.safetensors"
    yield damaged("huge", b"\xff" * 8 + whole[8:]), "huge.safetensors"
    yield edited("without", without), "has no tensor"
    yield edited("wider", wider), "has the shape"
    yield edited("surplus", surplus), "which the model does not have"
    yield edited("plain", plain), "another version"
    yield edited("future", about(lambda a: a.update(format=2))), "another version of jetvit"
    yield edited("unknown", about(lambda a: a["model"].update(name="resnet_16"))), "resnet_16"
    yield edited("other", about(lambda a: a["model"].update(name="vit_nano"))), "other.safetensors"
    yield edited("no_model", about(lambda a: a.pop("model"))), "damaged description"
    yield edited("no_transform", about(lambda a: a.pop("transform"))), "damaged description"
    yield edited("bad_transform", about(lambda a: a.update(transform=[1, 2]))), "bad_transform.safetensors"
    yield edited("bad_position", about(lambda a: a.update(position="here"))), "damaged description"
    yield edited("bad_image", about(lambda a: a.update(image={"size": -5}))), "image.size"
