"""scripts/mutate, but for its builds: what the operators make of a text, the draw, and a run that was interrupted and resumed."""
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True
SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / "scripts"
sys.path.insert(0, str(SCRIPTS))
import mutation_operators as operators

SAMPLE = """\
#include "a < b.h"
// if (never) drop(this);
int first(int size, const char* name) {
  if (size < limit && name[0] != '<') throw Error("if (a < b)");
  if (const int failure = attempt()) return failure;
  for (int i = 0; i < size; ++i) add(values[i], total - i);
  list.clear();
  return size - 1;
}
"""
EXPECTED = {
    "negate a condition": {("(size < limit && name[0] != '<')", "(!(size < limit && name[0] != '<'))"), ("&&", "||"), ("!=", "==")},
    "off by one": {("<", "<="), ("0", "1"), ("- 1", "- 2")},
    "drop a call": {("add(values[i], total - i);", "{}"), ("list.clear();", ";")},
    "swap operands": {("size < limit", "limit < size"), ("i < size", "size < i"), ("total - i", "i - total"), ("size - 1", "1 - size")},
}


def load_script():
    loader = importlib.machinery.SourceFileLoader("mutate", str(SCRIPTS / "mutate"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutate", loader))
    loader.exec_module(module)
    return module


def operators_change_code_alone():
    mutants = operators.mutants_of("src/a/b.cc", SAMPLE)
    found = {name: {(m.old, m.new) for m in mutants if m.operator == name} for name in EXPECTED}
    assert found == EXPECTED, found
    for mutant in mutants:
        changed = mutant.apply(SAMPLE)
        assert changed != SAMPLE and changed.splitlines()[:3] == SAMPLE.splitlines()[:3], mutant
        assert SAMPLE.splitlines()[mutant.line - 1] != changed.splitlines()[mutant.line - 1], mutant


class CutOff(Exception):
    pass


def runs_go_on(mutate, folder):
    """The outcome of a mutant is made up from its text; every third does not compile."""
    mutants = {name: operators.mutants_of(f"src/{name}/b.cc", SAMPLE * 2) for name in ("base", "train")}
    outcomes = ("noticed", "survived", "invalid")
    judged = []

    def judge(mutant, last=None):
        if len(judged) == last:
            raise CutOff
        judged.append(mutant)
        return outcomes[mutant.start % 3], "made up"

    def run(name, how, count, seed=1):
        campaign = mutate.Campaign(folder / name, "source", seed, mutate.draw(mutants, seed, list(mutants)), how)
        with contextlib.redirect_stdout(io.StringIO()):
            campaign.run(count)
        return campaign

    whole = run("whole.json", judge, 12)
    assert sum(entry["outcome"] != "invalid" for entry in whole.state["tried"]) == 12
    assert {entry["mutant"][0] for entry in whole.state["tried"]} == {"src/base/b.cc", "src/train/b.cc"}
    expected, judged[:] = list(judged), []
    for last in (1, 5, 5, 9):
        try:
            run("parts.json", lambda mutant, last=last: judge(mutant, last), 12)
            raise AssertionError("it was not cut off")
        except CutOff:
            assert len(judged) == last
    parts = run("parts.json", judge, 12)
    assert judged == expected and [e["mutant"] for e in parts.state["tried"]] == [e["mutant"] for e in whole.state["tried"]]
    assert [m for m in mutate.draw(mutants, 2, list(mutants))] != [m for m in mutate.draw(mutants, 1, list(mutants))]
    assert sorted(mutate.draw(mutants, 1, list(mutants))) == sorted(mutants["base"] + mutants["train"])
    try:
        run("parts.json", judge, 12, seed=2)
        raise AssertionError("another seed was taken")
    except SystemExit as refused:
        assert "of another source or seed" in str(refused)

    survivors = [entry for entry in parts.state["tried"] if entry["outcome"] == "survived"]
    again, asked = run("parts.json", judge, 0), []
    again.judge = lambda mutant: (asked.append(mutant), ("noticed", "a new test"))[1]
    with contextlib.redirect_stdout(io.StringIO()):
        again.again()
    assert [list(mutant) for mutant in asked] == [entry["mutant"] for entry in survivors] and survivors
    assert not any(entry["outcome"] == "survived" for entry in json.loads((folder / "parts.json").read_text())["tried"])


def main():
    mutate = load_script()
    operators_change_code_alone()
    with tempfile.TemporaryDirectory() as folder:
        runs_go_on(mutate, pathlib.Path(folder))
    for name, of in mutate.FOLDERS.items():
        for file in of.files:
            assert (mutate.ROOT / "src" / name / file).is_file(), f"scripts/mutate names {name}/{file}, which is not there"
        for script in of.scripts:
            assert (mutate.ROOT / "tests" / script).is_file(), script
    print("operators, draw and resumed run are as they should be")


if __name__ == "__main__":
    main()
