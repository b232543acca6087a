#!/usr/bin/env python3
"""House rules of src/, as ctest `layering`. Prints every offending line.

    layering.py ROOT           checks the tree
    layering.py --self-test    breaks each rule in a made-up tree and asks for its complaint

1. Folders include downward only: themselves and the folders of their row in TABLE, which stand above them. Third parties
   are included where the row names them, in headers only where it says so.
2. TABLE permits nothing that no file uses, and the table of CONTRIBUTING.md says the same of the folders, in this order.
3. The library does not know the command line: a message names an option in backquotes, `zero_threshold`, which
   app/flag_names.cc shows as --zero-threshold. Its list holds all names that src/ writes so, and none that nobody does.
4. The library prints nothing (base/reporter.h is for that) and has no main()."""
import pathlib
import re
import sys
import tempfile

# folder: (folders it includes, third parties in .cc files alone, third parties in headers too); prefixes of the headers.
# In the order of dependence: data flow from base to train, everything with tensors stands on compute.
TABLE = {
    "base": ("", "isa-l openssl/ toml++/", "nlohmann/"),
    "jet": ("base", "", ""),
    "pictures": ("base jet", "isa-l", ""),
    "tfrecord": ("base jet pictures", "isa-l", ""),
    "raw": ("base jet", "arrow/ parquet/ isa-l", ""),
    "store": ("base jet", "arrow/", ""),
    "prepare": ("base jet pictures raw store tfrecord", "", ""),
    "image_export": ("base jet pictures prepare raw store tfrecord", "", ""),
    "compute": ("base", "torch/", "ATen/ c10/"),
    "group": ("base compute", "torch/", "ATen/ gloo/"),
    "ops": ("compute group", "c10/ torch/", "ATen/"),
    "cuda": ("compute ops", "ATen/ c10/ cuda_bf16.h torch/", "cuda_runtime_api.h"),
    "load": ("base compute jet", "", "ATen/"),
    "model": ("base compute ops", "", "ATen/ c10/"),
    "measure": ("base", "", ""),
    "run": ("base jet load measure model tfrecord", "torch/", "ATen/"),
    "onnx": ("base compute jet load model run", "", "ATen/"),
    "predict": ("base compute group jet load measure model prepare raw run", "arrow/ parquet/ c10/", "ATen/"),
    "report": ("base jet measure", "cairo", ""),
    "inspect": ("base jet measure prepare report store tfrecord", "", ""),
    "evaluate": ("base compute group jet measure predict prepare report run", "", ""),
    "train": ("base compute group jet load measure model ops predict prepare run", "c10/", "ATen/"),
    "bench": ("base compute image_export jet load model ops predict prepare run store train", "torch/", "ATen/"),
    "generate": ("base jet", "Pythia8/ fastjet/", ""),
}
# Of the operating system and the compiler: any folder may include these.
SYSTEM = ("cxxabi.h", "dlfcn.h", "fcntl.h", "fnmatch.h", "glob.h", "ifaddrs.h", "immintrin.h", "net/", "netdb.h", "netinet/", "poll.h", "sched.h",
          "signal.h", "stdlib.h", "string.h", "sys/", "unistd.h")
FLAG_NAMES = "app/flag_names.cc"

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
# Comments, literals of strings (raw ones first) and of characters.
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\((.*?)\)\1"|"((?:\\.|[^"\\\n])*)"|\'(?:\\.|[^\'\\\n])\'', re.S)
FLAG = re.compile(r"--[a-z]")
OPTION = re.compile(r"`([a-z]\w*)`")
PRINTS = re.compile(r"\bstd::(?:cout|cerr|clog)\b|\b(?:stdout|stderr)\b|\b(?:v?printf|puts|putchar|perror)\s*\(")
MAIN = re.compile(r"\bint\s+main\s*\(")


def line_of(text, place):
    return text.count("\n", 0, place) + 1


def literals(text):
    """(line, content) of the string literals outside comments."""
    for match in TOKEN.finditer(text):
        content = match[2] if match[2] is not None else match[3]
        if content is not None:
            yield line_of(text, match.start()), content


def code_alone(text):
    """The text without comments and literals, its lines where they were."""
    return TOKEN.sub(lambda match: " " + "\n" * match[0].count("\n"), text)


class Checker:
    def __init__(self, root, table):
        self.root, self.table = root, {folder: [set(words.split()) for words in row] for folder, row in table.items()}
        self.used = {folder: [set(), set(), set()] for folder in table}  # of each row, what some file uses
        self.named, self.found, self.files = {}, [], 0

    def complain(self, source, line, words):
        self.found.append(f"{source}:{line}: {words}")

    def check(self):
        for path in sorted(self.root.glob("src/**/*")):
            if path.suffix in {".h", ".cc", ".cu", ".cuh"}:
                self.files += 1
                self.check_file(path.relative_to(self.root), path.read_text())
        self.check_table()
        self.check_document()
        self.check_flag_names()
        return self.found

    def check_file(self, source, text):
        folder = source.parts[1]
        if folder not in self.table:
            return self.complain(source, 1, f"the folder {folder} is not in the table of tests/layering.py")
        for match in INCLUDE.finditer(text):
            self.check_include(source, line_of(text, match.start()), folder, *match.groups())
        for line, content in literals(INCLUDE.sub("", text)):
            if FLAG.search(content):
                self.complain(source, line, "a message names a flag of the command line (write the option in backquotes: `test_share`)")
            for name in OPTION.findall(content):
                self.named.setdefault(name, (source, line))
        code = code_alone(text)
        for match in PRINTS.finditer(code):
            self.complain(source, line_of(code, match.start()), f"{match[0].rstrip('( ')} prints (report it through reporter() of base/reporter.h)")
        for match in MAIN.finditer(code):
            self.complain(source, line_of(code, match.start()), "a program's main() belongs into app/")

    def check_include(self, source, line, folder, bracket, header):
        folders, hidden, public = self.table[folder]
        if bracket == '"':
            target = header.split("/")[0]
            self.used[folder][0].add(target)
            if target != folder and target not in folders:
                self.complain(source, line, f'{folder} must not include "{header}"')
            return
        if header.startswith(SYSTEM) or ("/" not in header and not header.endswith(".h")):
            return  # the standard library
        party = next((prefix for prefix in hidden | public if header.startswith(prefix)), None)
        if party is None:
            self.complain(source, line, f"{folder} must not include <{header}>")
        elif source.suffix == ".h":
            self.used[folder][2].add(party)
            if party in hidden:
                self.complain(source, line, f"<{header}> belongs into a .cc file")
        else:
            self.used[folder][1].add(party)

    def check_table(self):
        above = set()
        for folder, (folders, hidden, public) in self.table.items():
            used = self.used[folder]
            where = f"tests/layering.py: {folder}"
            self.found += [f"{where} includes {other}, which stands below it" for other in sorted(folders - above)]
            self.found += [f"{where} may include {other}, but does not" for other in sorted(folders - used[0])]
            self.found += [f"{where} may include <{party}>, but does not" for party in sorted(hidden - used[1])]
            self.found += [f"{where} may include <{party}> in headers, but does not" for party in sorted(public - used[2])]
            above.add(folder)

    def check_document(self):
        """Its rows are "| `folder` | does | may include |", with - for nothing."""
        name = "CONTRIBUTING.md"
        rows = re.findall(r"^\| `(\w+)` \|[^|]*\| ([\w -]+) \|$", (self.root / name).read_text(), re.M)
        reported = {folder: set(words.split()) - {"-"} for folder, words in rows}
        if list(reported) != list(self.table):
            self.found.append(f"{name}: the folders are not those of tests/layering.py in their order: {' '.join(self.table)}")
        for folder in self.table.keys() & reported.keys():
            if apart := reported[folder] ^ self.table[folder][0]:
                self.found.append(f"{name}: the row {folder} differs from tests/layering.py in {' '.join(sorted(apart))}")

    def check_flag_names(self):
        text = (self.root / FLAG_NAMES).read_text()
        listed = set(re.findall(r'"(\w+)"', re.search(r"kOptions\b[^;]*?\{(.*?)\}", text, re.S)[1]))
        for name, (source, line) in sorted(self.named.items()):
            if name not in listed:
                self.complain(source, line, f"`{name}` is no option of {FLAG_NAMES} (quote other words otherwise)")
        by_app = {name for path in self.root.glob("app/*.cc") for _, content in literals(path.read_text()) for name in OPTION.findall(content)}
        self.found += [f"{FLAG_NAMES}: no message names `{name}`" for name in sorted(listed - self.named.keys() - by_app)]


def self_test():
    table = {"low": ("", "party/", ""), "high": ("low", "", "open/")}
    document = "| folder | does | may include |\n| --- | --- | --- |\n| `low` | a | - |\n| `high` | b | low |\n"
    good = {"CONTRIBUTING.md": document, FLAG_NAMES: 'constexpr std::array<std::string_view, 1> kOptions = {"out"};\n',
            "src/low/a.cc": '#include <vector>\n#include <party/a.h>\n#include <unistd.h>\n// --out, std::cerr, int main()\n'
                            'auto a = text("choose another `out`", R"(` x`)", \'"\', snprintf(b, 3, "%d"));  /* puts("") */\n',
            "src/high/b.h": '#include "low/a.h"\n#include "high/c.h"\n#include <open/b.h>\n', "src/high/b.cc": ""}

    def complaints(changes, rows=None):
        with tempfile.TemporaryDirectory() as name:
            for file, content in (good | changes).items():
                path = pathlib.Path(name) / file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
            return Checker(pathlib.Path(name), table | (rows or {})).check()

    cases = [
        ({}, {}, None),
        ({"src/low/x.cc": '#include "high/b.h"\n'}, {}, 'src/low/x.cc:1: low must not include "high/b.h"'),
        ({"src/low/x.cc": "\n#include <open/b.h>\n"}, {}, "src/low/x.cc:2: low must not include <open/b.h>"),
        ({"src/low/x.cc": "#include <cairo.h>\n"}, {}, "src/low/x.cc:1: low must not include <cairo.h>"),
        ({"src/low/x.h": "#include <party/a.h>\n"}, {}, "src/low/x.h:1: <party/a.h> belongs into a .cc file"),
        ({"src/new/x.cc": ""}, {}, "src/new/x.cc:1: the folder new is not in the table"),
        ({"src/high/b.h": "#include <open/b.h>\n"}, {}, "high may include low, but does not"),
        ({"src/low/a.cc": 'auto a = "`out`";\n'}, {}, "low may include <party/>, but does not"),
        ({"src/high/b.h": '#include "low/a.h"\n', "src/high/b.cc": "#include <open/b.h>\n"}, {},
         "high may include <open/> in headers, but does not"),
        ({"src/low/x.cc": '#include "high/b.h"\n', "CONTRIBUTING.md": document.replace("a | -", "a | high")},
         {"low": ("high", "party/", "")}, "low includes high, which stands below it"),
        ({"CONTRIBUTING.md": document.replace("| `high` | b | low |\n", "")}, {}, "CONTRIBUTING.md: the folders are not those"),
        ({"CONTRIBUTING.md": document.replace("b | low", "b | -")}, {}, "the row high differs from tests/layering.py in low"),
        ({"src/low/x.cc": '\nthrow Error("say --overwrite");\n'}, {}, "src/low/x.cc:2: a message names a flag"),
        ({"src/low/x.cc": 'throw Error("say `over`");\n'}, {}, "src/low/x.cc:1: `over` is no option of app/flag_names.cc"),
        ({FLAG_NAMES: 'kOptions = {"out", "to"};\n'}, {}, "app/flag_names.cc: no message names `to`"),
        ({"src/low/x.cc": "int main() {}\n"}, {}, "src/low/x.cc:1: a program's main()"),
    ]
    cases += [({"src/low/x.cc": code}, {}, "src/low/x.cc:1: ") for code in
              ("std::cout << 1;", "std::cerr << 1;", "std::clog << 1;", 'std::printf("1");', 'std::fputs("1", stderr);', 'puts ("1");')]
    wrong = 0
    for changes, rows, expected in cases:
        found = complaints(changes, rows)
        if found if expected is None else [expected in line for line in found] != [True]:
            print(f"expected {expected or 'nothing'}, found {found}, of {changes}")
            wrong += 1
    print(f"layering: {len(cases) - wrong} of {len(cases)} made-up trees are judged as they should be")
    return wrong


def main():
    if sys.argv[1] == "--self-test":
        return 1 if self_test() else 0
    checker = Checker(pathlib.Path(sys.argv[1]), TABLE)
    found = checker.check()
    print("\n".join(found) or f"layering: {checker.files} files keep the rules of src/")
    return 1 if found or checker.files == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
