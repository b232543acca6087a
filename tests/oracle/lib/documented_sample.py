"""The numbers that docs/generator.md and data/sample/README.md print of the shipped sample, against computed ones."""
import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[3]
GENERATOR, SAMPLE = "docs/generator.md", "data/sample/README.md"
NUMBER = r"((?<![\w.])-?\d[\d,]*(?:\.\d+)?)"


def section(document, heading=""):
    """The text of a section; without a heading, what stands before the first."""
    parts = re.split(r"^## (.*)\n", (SOURCE / document).read_text(), flags=re.MULTILINE)
    found = dict(zip(["", *parts[1::2]], parts[0::2]))
    assert heading in found, f"{document} has no section {heading!r} (it has: {', '.join(found)})"
    return found[heading]


def row(document, text, label):
    """The cells of the one row of a table that begins with `label`."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    found = [cells[1:] for cells in rows if cells[0] == label]
    assert len(found) == 1, f"{document} should have one row {label!r}, has {len(found)}"
    return found[0]


def compare_printed(document, what, printed, computed):
    """Printed numbers are rounded: they may differ by half of their last digit, and a millionth of that for rounding errors."""
    assert len(printed) == len(computed), f"{document}: {what}: prints {printed} where there are {len(computed)} numbers"
    for text, value in zip(printed, computed):
        digit = 10.0 ** -len(text.partition(".")[2])
        assert abs(float(text.replace(",", "")) - value) <= 0.5 * digit * (1 + 1e-6), f"{document}: {what}: prints {text} for {value:.6g}"


def compare_row(document, text, label, computed):
    compare_printed(document, label, [cell for cell in row(document, text, label) if cell], computed)


def compare_words(document, text, words, computed):
    """`words` is a piece of the text with # in place of each number. Lines may break anywhere."""
    pattern = r"\s+".join(re.escape(word) for word in words.split()).replace(r"\#", NUMBER)
    found = re.findall(pattern, text)
    assert len(found) == 1, f"{document} should say once {words!r}, says it {len(found)} times"
    compare_printed(document, words, [found[0]] if isinstance(found[0], str) else list(found[0]), computed)
