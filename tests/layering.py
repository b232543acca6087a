#!/usr/bin/env python3
"""Checks who includes whom: every folder of src/ may include itself and the folders of its row below, and third parties
only where the row names them; the table of CONTRIBUTING.md says the same of the folders. Run by ctest as `layering`;
prints each offending line."""
import pathlib
import re
import sys

# folder: (stages it may include, prefixes of third-party headers it may include)
TABLE = {
    "base": (set(), ("nlohmann/", "toml++/", "openssl/", "isa-l")),
    "jet": ({"base"}, ("nlohmann/",)),
    "raw": ({"base", "jet"}, ("arrow/", "parquet/", "isa-l")),
    "pictures": ({"base", "jet"}, ("isa-l",)),
    "store": ({"base", "jet"}, ("arrow/",)),
    "prepare": ({"base", "jet", "pictures", "raw", "store"}, ()),
    "published": ({"base", "jet", "pictures", "raw", "prepare", "store"}, ("isa-l",)),
    "source": ({"base", "jet", "prepare", "store"}, ()),
    "generate": ({"base", "jet", "raw"}, ("Pythia8/", "fastjet/", "CLI/")),
    "ops": ({"base", "jet"}, ("ATen/", "c10/", "torch/")),
    "load": ({"base", "jet", "ops"}, ("ATen/", "c10/", "torch/")),
    "model": ({"base", "ops"}, ("ATen/", "c10/", "torch/", "nlohmann/")),
    "measure": ({"base"}, ()),
    "report": ({"base", "jet", "measure"}, ("cairo",)),
    "predict": ({"base", "jet", "load", "model", "ops", "prepare", "raw", "source"}, ("ATen/", "c10/", "torch/", "arrow/", "parquet/")),
    "evaluate": ({"base", "jet", "load", "measure", "model", "ops", "predict", "report"}, ("arrow/", "parquet/")),
    "train": ({"base", "jet", "load", "model", "ops", "predict", "evaluate", "measure", "source"},
              ("ATen/", "c10/", "torch/", "nlohmann/")),
}
# Dependency-light headers that are public on purpose may name these third parties; all others keep them in their .cc.
PUBLIC_THIRD_PARTY = {"base": ("nlohmann/",), "ops": ("ATen/", "c10/"), "load": ("ATen/", "c10/"), "model": ("ATen/", "c10/"),
                      "predict": ("ATen/", "c10/"), "train": ("ATen/", "c10/"), "generate": ("Pythia8/", "fastjet/")}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
POSIX = ("sys/", "glob.h", "string.h", "fcntl.h", "unistd.h", "signal.h", "stdlib.h", "immintrin.h", "cxxabi.h", "netinet/", "poll.h", "dlfcn.h",
         "fnmatch.h")


def faults(source, folder, lines):
    stages, third_party = TABLE[folder]
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        bracket, header = match.groups()
        if bracket == '"':
            target = header.split("/")[0]
            if target != folder and target not in stages:
                yield f'{source}:{number}: {folder} must not include "{header}"'
        elif "/" not in header and not header.endswith(".h"):
            continue  # the standard library
        elif header.startswith(POSIX):
            continue
        elif not header.startswith(third_party or ("\0",)):
            yield f"{source}:{number}: {folder} must not include <{header}>"
        elif source.suffix == ".h" and not header.startswith(PUBLIC_THIRD_PARTY.get(folder) or ("\0",)):
            yield f"{source}:{number}: <{header}> belongs into a .cc file"


def differences(documented):
    """Where the table of CONTRIBUTING.md, of rows "| `folder` | does | may include |", is not the one above."""
    rows = re.findall(r"^\| `(\w+)`[^|]*\|[^|]*\| ([\w -]+) \|$", documented.read_text(), re.M)
    told = {folder: set() if words == "-" else set(words.split()) for folder, words in rows}
    for folder in sorted(TABLE.keys() | told.keys()):
        if folder not in told:
            yield f"{documented}: the table has no row {folder}"
        elif folder not in TABLE:
            yield f"{documented}: the row {folder} is not in the table of tests/layering.py"
        elif told[folder] != TABLE[folder][0]:
            apart = sorted(told[folder] ^ TABLE[folder][0])
            yield f"{documented}: the row {folder} differs from tests/layering.py in {' '.join(apart)}"


def main():
    root = pathlib.Path(sys.argv[1])
    found, files = list(differences(root / "CONTRIBUTING.md")), 0
    for source in sorted(root.glob("src/**/*")):
        if source.suffix not in {".h", ".cc", ".cu"}:
            continue
        files += 1
        folder = source.relative_to(root / "src").parts[0]
        if folder not in TABLE:
            found.append(f"{source}: folder {folder} is not in the table of tests/layering.py")
            continue
        found += faults(source.relative_to(root), folder, source.read_text().splitlines())
    print("\n".join(found) or f"layering: {files} files follow the table, which is that of CONTRIBUTING.md")
    return 1 if found or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
