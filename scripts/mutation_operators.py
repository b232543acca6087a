"""The ways in which scripts/mutate damages a C++ file: four operators, each a small mistake that a programmer could make."""
import re
from typing import NamedTuple


class Mutant(NamedTuple):
    file: str      # below the project's root
    line: int      # from 1
    operator: str  # a name of OPERATORS
    start: int     # of the text that is replaced, in characters of the file
    old: str
    new: str

    def apply(self, text):
        assert text[self.start:self.start + len(self.old)] == self.old, f"{self.file} is not what it was"
        return text[:self.start] + self.new + text[self.start + len(self.old):]


def blanked(text):
    """The text with comments, strings, characters and preprocessor lines as spaces: places stay what they are."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|^[ \t]*#[^\n]*', re.DOTALL | re.MULTILINE)
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def closing(code, opened):
    """The place of the parenthesis that closes the one at `opened`; None where there is none."""
    depth = 0
    for place in range(opened, len(code)):
        depth += {"(": 1, ")": -1}.get(code[place], 0)
        if depth == 0:
            return place
    return None


def negated_conditions(text, code):
    """if (c), while (c): if (!(c)). Conditions that declare something stay."""
    for found in re.finditer(r"\b(?:if|while) \(", code):
        opened = found.end() - 1
        closed = closing(code, opened)
        if closed is None:
            continue
        inside = code[opened + 1:closed]
        if ";" in inside or re.search(r"(?<![=!<>])=(?!=)", inside):
            continue
        yield opened, text[opened:closed + 1], f"(!{text[opened:closed + 1]})"
    for found in re.finditer(r"(?<=[\w)\]] )(?:&&|\|\|)(?= [\w(!*:])", code):
        yield found.start(), found.group(), "||" if found.group() == "&&" else "&&"
    for found in re.finditer(r"(?<=[\w)\]] )(?:==|!=)(?= [\w(!*:\- ])", code):
        yield found.start(), found.group(), "!=" if found.group() == "==" else "=="


def off_by_one(text, code):
    """A bound that is one too far, a number that is one too large."""
    other = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
    for found in re.finditer(r"(?<=[\w)\]] )(?:<=|>=|<|>)(?= [\w(\-])", code):
        yield found.start(), found.group(), other[found.group()]
    for found in re.finditer(r"(?<=[\w)\]] )[+-] (?=1\b(?!\.))", code):
        yield found.start(), found.group() + "1", f"{found.group()}2"
    for found in re.finditer(r"(?<![\w.'])([1-9]\d*|0)(?![\w.'])", code):
        if code[:found.start()].endswith(("+ ", "- ")) and found.group() == "1":
            continue  # is there already
        yield found.start(), found.group(), str(int(found.group()) + 1)


CALL_STATEMENT = re.compile(r"(?:^[ ]{2,}|(?<=\) )|(?<=else )|(?<=[{;] ))((?:::)?[a-z_][\w]*(?:(?:::|\.|->)[\w~]+(?:\([^()\n]*\)(?=\.|->))?)*)\(", re.MULTILINE)
NO_CALLS = ("if", "while", "for", "switch", "return", "throw", "sizeof", "catch", "static_assert", "alignas", "decltype")


def dropped_calls(text, code):
    """A statement that only calls a function goes."""
    for found in CALL_STATEMENT.finditer(code):
        closed = closing(code, found.end() - 1)
        if found.group(1) in NO_CALLS or closed is None or code[closed + 1:closed + 2] != ";":
            continue
        before = code[:found.start(1)].rstrip()
        if not before.endswith((";", "{", "}", ")", "else")):
            continue  # the rest of a longer statement
        yield found.start(1), text[found.start(1):closed + 2], "{}" if before.endswith((")", "else")) else ";"


OPERAND = r"[A-Za-z_][\w.:]*(?:->\w+)*(?:\(\))?|\d[\w.]*"


def swapped_operands(text, code):
    """a - b, a / b, a % b, a << b and comparisons the other way round."""
    for found in re.finditer(rf"(?:(?<![\w.>*/%] )|(?<=return ))(?<![\w.>])({OPERAND}) (-|/|%|<<|<|>|<=|>=) ({OPERAND})(?![\w(<\[.:]|->)", code):
        left, operator, right = found.groups()
        if left in ("return", "case", "const", "auto") or left == right:
            continue
        yield found.start(), found.group(), f"{right} {operator} {left}"


OPERATORS = {"negate a condition": negated_conditions, "off by one": off_by_one, "drop a call": dropped_calls, "swap operands": swapped_operands}


def mutants_of(file, text):
    """All mutants of a file, in the order of its text."""
    code = blanked(text)
    found = []
    for name, operator in OPERATORS.items():
        for start, old, new in operator(text, code):
            found.append(Mutant(file, text.count("\n", 0, start) + 1, name, start, old, new))
    return sorted(set(found), key=lambda mutant: (mutant.start, mutant.operator, mutant.new))
