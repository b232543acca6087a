"""Runs the commands and the Python of docs/tutorials/ as they stand there."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def run_tutorial(path, jetvit):
    blocks = re.findall(r"```(sh|python)\n(.*?)```", path.read_text(), re.DOTALL)
    assert len(blocks) >= 5, f"{path}: only {len(blocks)} blocks"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for needed in ("data", "recipes"):
            (folder / needed).symlink_to(SOURCE / needed)
        environment = {**os.environ, "PATH": f"{pathlib.Path(jetvit).resolve().parent}:{os.environ['PATH']}"}
        for language, code in blocks:
            words = ["bash", "-euc", code] if language == "sh" else [sys.executable, "-c", code]
            done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, f"{path}:\n{code}\n{done.stdout}\n{done.stderr}"
        assert (folder / "tutorial/pictures/averages.png").stat().st_size > 10000
        assert (folder / "tutorial/run/best.safetensors").exists()
    return len(blocks)


def main(jetvit):
    for path in sorted((SOURCE / "docs/tutorials").glob("*.md")):
        print(f"{path.name}: {run_tutorial(path, jetvit)} blocks ran")


if __name__ == "__main__":
    main(sys.argv[1])
