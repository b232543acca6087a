"""What --device says where a GPU cannot be used: the name, the module, its version, its libraries."""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
from mistakes import expect, run


def main(jetvit):
    jetvit = pathlib.Path(jetvit).absolute()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # The module is looked for next to the programs: in a folder of their own, they have none.
        program = folder / "bin/jetvit"
        program.parent.mkdir()
        for name in ("jetvit", "jetvit-learn"):
            shutil.copy(jetvit.parent / name, program.parent / name)
        module = folder / "lib/libjetvit_cuda.so"
        module.parent.mkdir()

        def refuse(device, *fragments, precision="fp32"):
            words = (program, "bench", "train", "vit_nano", "--device", device, "--precision", precision, "--steps", "1")
            expect(run(*words), 2, *fragments)

        for name in ("gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1000", "cuda1", "CUDA", ""):
            refuse(name, f"--device {name}: no such device (possible: cpu, cuda, cuda:1 for the second GPU)" if name
                   else "the argument after --device is empty")
        for name in ("cuda", "cuda:0", "cuda:7"):
            refuse(name, "this build has no part for GPUs:", "lib/libjetvit_cuda.so is missing (build it with the preset cuda)")
        refuse("cpu", "--precision fp16: a CPU has no fast multiplications of such numbers", precision="fp16")
        module.write_text("no library")
        refuse("cuda", f"{module}: file too short (the part for GPUs needs the CUDA libraries of libtorch 2.11.0: docs/gpu.md)")
        shutil.copy(jetvit.parent.parent / "tests/other_cuda_module.so", module)
        refuse("cuda", f"{module} is of version 0.0.1 for libtorch 1.0.0, and the program of ", " (build both again)")


main(sys.argv[1])
