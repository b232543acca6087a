"""The commands of README.md: its main job keeps the jets that it predicts out of the training, and the build commands of the generator name
presets and targets that there are, in the documents and in the program's own message."""
import json
import pathlib
import re
import shlex
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import pyarrow.feather as feather

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def main_job():
    """The commands of the section, as lists of words without comments."""
    block = re.search(r"## The main job\n```\n(.*?)```", (SOURCE / "README.md").read_text(), re.DOTALL).group(1)
    lines = block.replace("\\\n", " ").splitlines()
    return [words[1:] for words in (shlex.split(line, comments=True) for line in lines) if words and words[0] == "$bin/jetvit"]


def files_by_split(store):
    """The names of the raw files whose jets are in each split."""
    manifest = json.loads((store / "manifest.json").read_text())
    names = [pathlib.Path(source["name"]).name for source in manifest["sources"]]
    files = {}
    for shard in manifest["shards"]:
        sources = feather.read_table(store / shard["file"], columns=["source_file"])["source_file"].to_pylist()
        files.setdefault(shard["split"], set()).update(names[source] for source in sources)
    return files


def check_main_job(jetvit):
    job = {words[0]: words[1:] for words in main_job()}
    assert list(job) == ["inspect", "prepare", "train", "evaluate", "predict"], job
    predicted = pathlib.Path(job["predict"][job["predict"].index("--data") + 1]).name
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "data").symlink_to(SOURCE / "data")
        done = mistakes.run(jetvit, "prepare", *job["prepare"], cwd=folder)
        assert done.returncode == 0, done.stderr
        files = files_by_split(folder / job["prepare"][job["prepare"].index("--out") + 1])
    assert sorted(files) == ["test", "train", "validation"], files
    for split in ("train", "validation"):
        assert predicted not in files[split], f"README predicts jets of the {split} split: {predicted}"
    assert predicted in files["test"], files


def check_generator(jetvit):
    presets = {preset["name"] for preset in json.loads((SOURCE / "CMakePresets.json").read_text())["buildPresets"]}
    cmake = "".join(path.read_text() for path in [*SOURCE.glob("src/*/CMakeLists.txt"), *SOURCE.glob("app/CMakeLists.txt")])
    targets = set(re.findall(r"add_executable\(([\w-]+)", cmake))
    reported = {name: (SOURCE / name).read_text() for name in ("README.md", "docs/generator.md", "scripts/make_sample")}
    if not (jetvit.parent / "jetvit-generate").exists():
        reported["jetvit generate --help"] = mistakes.run(jetvit, "generate", "--help").stdout
        failed = mistakes.run(jetvit, "generate", "quark-gluon", "--out", "jets.parquet")
        assert failed.returncode == 1, failed
        reported["jetvit generate"] = failed.stderr
    for name, words in reported.items():
        build = re.search(r"--with-generator.*?cmake --preset (\w+) && cmake --build --preset (\w+) --target ([\w -]*jetvit-generate)", words, re.DOTALL)
        assert build, f"{name} does not say how the generator is built:\n{words}"
        assert build[1] == build[2] and build[1] in presets, (name, build[0])
        assert set(build[3].split()) <= targets, (name, build[3], targets)


def main(jetvit):
    jetvit = pathlib.Path(jetvit).resolve()
    check_main_job(jetvit)
    check_generator(jetvit)
    print("README: the main job predicts jets that it did not train on; the generator's build commands are there")


if __name__ == "__main__":
    main(sys.argv[1])
