"""Runs the commands and the Python of docs/tutorials/ as they stand there, one tutorial after the other in one folder, as their reader
does."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def run_tutorial(path, jetvit, folder):
    document = path.read_text()
    blocks = re.findall(r"```(sh|python)\n(.*?)```", document, re.DOTALL)
    assert len(blocks) >= 5, f"{path}: only {len(blocks)} blocks"
    # What is no part of Python has to be installed before.
    installed = {"cv2": "pip install opencv-python-headless"}
    for imported in re.findall(r"^import (.*)$", document, re.MULTILINE):
        for module in imported.split(", "):
            assert module in sys.stdlib_module_names or installed[module] in document.split(f"import {imported}")[0], (path, module)
    environment = {**os.environ, "PATH": f"{pathlib.Path(jetvit).resolve().parent}:{os.environ['PATH']}"}
    for language, code in blocks:
        words = ["bash", "-euc", code] if language == "sh" else [sys.executable, "-c", code]
        done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{path}:\n{code}\n{done.stdout}\n{done.stderr}"
    own = folder / "tutorial" / path.stem.removeprefix("boosted_").removesuffix("_data")
    assert (own / "pictures/averages.png").stat().st_size > 10000
    assert (own / "run/best.safetensors").exists()
    return len(blocks)


def numbers_are_those_of_the_sample(jetvit):
    """What the tutorial says of the comparison that it shows."""
    sample = SOURCE / "data/sample"
    done = subprocess.run([jetvit, "inspect", sample / "quark_gluon_train.parquet", "--compare", sample / "quark_gluon_test.parquet", "--json"],
                          capture_output=True, text=True, check=True)
    rows = {row["name"]: abs(row["difference_in_errors"]) for row in json.loads(done.stdout)["observables"]}
    largest = max(rows, key=rows.get)
    tutorial = " ".join((SOURCE / "docs/tutorials/quark_gluon_data.md").read_text().split())
    assert largest == "tracks sum" and f"Here the largest is {rows[largest]:.1f}, of the sum of the tracks" in tutorial, rows


def main(jetvit):
    numbers_are_those_of_the_sample(jetvit)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for needed in ("data", "recipes"):
            (folder / needed).symlink_to(SOURCE / needed)
        for path in sorted((SOURCE / "docs/tutorials").glob("*.md")):
            print(f"{path.name}: {run_tutorial(path, jetvit, folder)} blocks ran")


if __name__ == "__main__":
    main(sys.argv[1])
