#!/usr/bin/env python3
"""Man pages, shell completion and --help are made from one definition: all commands show the same options in each, and
groff renders every page without a warning."""
import pathlib
import re
import shutil
import subprocess
import sys

JETVIT = pathlib.Path(sys.argv[1]).resolve()


def run(*words):
    done = subprocess.run([JETVIT, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, (words, done)
    return done.stdout


def options_of_help(text):
    """The names in the section Options: "  -q,--quiet   ..." """
    section = re.search(r"^Options:\n(.*?)(?:\n\n|\Z)", text, re.M | re.S).group(1)
    return [name for line in re.findall(r"^  (-\S+)", section, re.M) for name in line.split(",")]


def commands_of_help(text):
    section = re.search(r"^Subcommands:\n(.*?)(?:\n\n|\Z)", text, re.M | re.S)
    return re.findall(r"^  (\S+)", section.group(1), re.M) if section else []


def sections_of_man(page):
    """Heading to the plain text of its tags."""
    sections = {}
    for part in re.split(r"^\.SH ", page, flags=re.M)[1:]:
        heading, _, body = part.partition("\n")
        tags = [tag.replace("\\-", "-") for tag in re.findall(r"^\.TP\n(.*)$", body, re.M)]
        sections[heading] = [re.findall(r"\\fB(.*?)\\fR", tag) for tag in tags]
    return sections


def render(page, words):
    if shutil.which("groff") is None:
        # Every line is a request that the pages use, or text.
        for line in page.splitlines():
            assert re.match(r"\.(TH|SH|TP|PP|br|nf|fi|nh|ad)\b|[^.']", line), (words, line)
        return None
    done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-P-cbou"], input=page, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, (words, done.stderr)
    return done.stdout


def check(words, completion):
    help_text, page = run(*words, "--help"), run("man", *words)
    sections = sections_of_man(page)
    options = [name for tag in sections["OPTIONS"] for name in tag]
    assert options == options_of_help(help_text), (words, options, options_of_help(help_text))
    assert "--help" in options and "--quiet" in options, (words, options)
    commands = commands_of_help(help_text)
    assert [tag[0] for tag in sections.get("COMMANDS", [])] == commands, (words, sections, commands)
    assert run("help", *words) == help_text, words
    path = " ".join(["jetvit", *words])
    completed = re.search(rf"^    '{path}'\) options=\((.*?)\); words=\((.*?)\) ;;$", completion, re.M)
    assert completed, path
    assert sorted(re.findall(r"'(.*?)'", completed.group(1))) == sorted(options), (words, completed.group(1))
    if commands:
        assert re.findall(r"'(.*?)'", completed.group(2)) == commands, words
    rendered = render(page, words)
    if rendered is not None:
        for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS"):
            # The program itself shows where to start in place of examples.
            assert re.search(rf"^{heading}$", rendered, re.M) or (not words and heading == "EXAMPLES"), (words, heading)
        for name in options:
            assert name in rendered, (words, name)
    count = 1
    for command in commands:
        count += check([*words, command], completion)
    return count


def main():
    count = check([], run("completion", "bash"))
    assert count > 20, count
    how = "groff renders them" if shutil.which("groff") else "groff is missing: syntax alone"
    print(f"man pages: {count} pages have the commands and options of --help and of the completion; {how}")


if __name__ == "__main__":
    main()
