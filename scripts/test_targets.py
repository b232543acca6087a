#!/usr/bin/env python3
"""Prints the build targets that hold the tests whose names match a regular expression, one a line.

Usage: test_targets.py BUILD NAME

Two sources: what ctest lists in the build folder, and the TEST macros of the files that the build folder compiles, for
tests that are new or in programs that are not built yet. Nothing is printed where neither knows such a test."""
import json
import pathlib
import re
import subprocess
import sys

NOT_BUILT = "_NOT_BUILT"
TEST = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\(\s*(\w+)\s*,\s*(\w+)\s*\)", re.MULTILINE)


def listed(build, name):
    """Targets of the tests that ctest knows: the program itself, or the one that a Python test is given."""
    answer = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True, text=True, check=True)
    for test in json.loads(answer.stdout[answer.stdout.index("{"):])["tests"]:
        if not name.search(test["name"]):
            continue
        if test["name"].endswith(NOT_BUILT):
            yield test["name"].removesuffix(NOT_BUILT)
        for argument in test.get("command", ()):
            path = pathlib.Path(argument)
            if path.parent in (build / "bin", build / "tests"):
                yield path.name


def compiled(build, name):
    """Targets of the files below tests/ that state a test of that name, and the name of every target compiled."""
    found, targets = set(), set()
    for entry in json.loads((build / "compile_commands.json").read_text()):
        target = re.search(r" -o \S*CMakeFiles/([^/ ]+)\.dir/", entry["command"])  # precompiled headers are of another target
        file = pathlib.Path(entry["file"])
        if not target:
            continue
        targets.add(target[1])
        if "tests" in file.parts and file.exists() and any(name.search(".".join(test)) for test in TEST.findall(file.read_text())):
            found.add(target[1])
    return found, targets


def main(build, name):
    build = pathlib.Path(build).resolve()
    try:
        name = re.compile(name)
    except re.error:
        return  # ctest may read it otherwise
    found, targets = compiled(build, name)
    found |= set(listed(build, name))
    # Python tests are given one program, and start the others in its folder.
    if "jetvit" in found:
        found.add("jetvit-generate")
    print("\n".join(sorted(found & targets)))


if __name__ == "__main__":
    main(*sys.argv[1:])
