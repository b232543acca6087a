"""scripts/test_targets.py names the program of a test by the file that is compiled to it, whatever other targets the
command mentions."""
import importlib.util
import json
import pathlib
import re
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]


def load():
    spec = importlib.util.spec_from_file_location("test_targets", ROOT / "scripts/test_targets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tests = folder / "tests/train"
        tests.mkdir(parents=True)
        sources = {"trainer_test": "TEST(Trainer, Resumes) {\n", "device_test": "TEST_P(Models, Train) {\n"}
        commands = []
        for target, source in sources.items():
            file = tests / f"{target}.cc"
            file.write_text(source)
            # As CMake writes it where a target takes the precompiled headers of another one.
            commands.append({"file": str(file), "command": "c++ -include b/CMakeFiles/headers.dir/cmake_pch.hxx "
                             f"-o tests/CMakeFiles/{target}.dir/{target}.cc.o -c {file}"})
        (folder / "compile_commands.json").write_text(json.dumps(commands))
        compiled = load().compiled
        for pattern, expected in {r"^Trainer\.": {"trainer_test"}, "Models.Train": {"device_test"}, "Train": set(sources),
                                  "Absent": set()}.items():
            found, targets = compiled(folder, re.compile(pattern))
            assert found == expected, (pattern, found)
            assert targets == set(sources), targets
    print("scripts/test -R builds the program of a test")


if __name__ == "__main__":
    main()
