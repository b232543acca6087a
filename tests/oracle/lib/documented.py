"""What docs/data_format.md prints in Python."""
import re

import tiny_training as tiny

DOCUMENT = (tiny.SOURCE / "docs/data_format.md").read_text()


def documented(word):
    snippets = [text for text in re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL) if word in text]
    assert len(snippets) == 1, f"docs/data_format.md should print one snippet with {word}"
    return snippets[0]


def documented_reader():
    return documented("pyarrow")
