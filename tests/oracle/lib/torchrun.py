"""torchrun of the wheel that libtorch comes from. It imports all of torch, which names the CUDA libraries (2.2 GB) but calls
none of them to start processes: libraries without content stand in for them."""
import ctypes
import os
import pathlib
import subprocess
import sys
import tempfile

CUDA_LIBRARIES = (
    "libcublas.so.13", "libcublasLt.so.13", "libcudnn.so.9", "libcufft.so.12", "libcufile.so.0", "libcurand.so.10",
    "libcusolver.so.12", "libcusparse.so.12", "libcusparseLt.so.0", "libnccl.so.2", "libnvshmem_host.so.3",
)


def stand_in(library, folder):
    file = folder / library
    subprocess.run(["c++", "-shared", "-nostdlib", f"-Wl,-soname,{library}", "-o", file, "-x", "c++", os.devnull], check=True)
    ctypes.CDLL(str(file), os.RTLD_GLOBAL)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for library in CUDA_LIBRARIES:
            stand_in(library, pathlib.Path(folder))
    sys.setdlopenflags(os.RTLD_LAZY)  # functions are looked up when they are called
    from torch.distributed.run import main as torchrun

    torchrun()


if __name__ == "__main__":
    main()
