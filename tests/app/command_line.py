#!/usr/bin/env python3
"""The program as a shell sees it: help of every command, exit statuses, the grammar of its messages."""
import json
import pathlib
import re
import resource
import subprocess
import sys


def run(*arguments):
    return subprocess.run([sys.argv[1], *arguments], capture_output=True, text=True, timeout=60)


def check_models_page():
    """The table of docs/models/README.md against what the program counts, which computes nothing for it."""
    page = (pathlib.Path(__file__).parents[2] / "docs/models/README.md").read_text()
    models = json.loads(run("models", "--json").stdout)
    for model in models:
        row = re.search(rf"^\| `{model['name']}` \|(.*)\|$", page, re.M).group(1)
        _, _, parameters, cost, size = [cell.strip() for cell in row.split("|")][:5]
        assert int(parameters.replace(",", "")) == model["parameters"], (row, model)
        assert int(size.removesuffix(" px")) == model["image_size"], (row, model)
        number, unit = cost.split()
        digits = len(number.partition(".")[2])
        assert f"{model['multiply_adds'] / {'M': 1e6, 'G': 1e9}[unit]:.{digits}f}" == number, (row, model)


def table_rows(output, first):
    """The rows of the table whose header begins with `first`, by columns."""
    lines = output[output.index(f"\n{first} ") + 1:].split("\n\n")[0].splitlines()
    return [re.split(r"  +", line.strip()) for line in lines[2:]]


def check_description():
    whole = run("describe", "maxvit_tiny", "--set", "image_size=2080")
    assert whole.returncode == 0, whole
    rows = table_rows(whole.stdout, "layer")
    assert ["stages.0", "Stage<MaxVitBlock>", "64 x 520 x 520"] in [row[:3] for row in rows], rows
    assert ["blocks.1", "MaxVitBlock", "64 x 520 x 520"] in [row[:3] for row in rows], rows
    assert "parameter  " not in whole.stdout
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1e6, "kB: more than a description needs"
    described = json.loads(run("describe", "vit_nano", "--json").stdout)
    for depth in (1, 2, 3):
        shown = run("describe", "vit_nano", "--depth", str(depth), "--parameters").stdout
        rows = table_rows(shown, "layer")
        assert rows[-1][0] == "total" and rows[-1][-2:] == ["211,329", "12,231,232"], rows
        indents = {len(line) - len(line.lstrip()) for line in shown.splitlines() if re.match(r" *(blocks|attn|qkv|fc1)", line)}
        assert indents == {2 * level for level in range(depth)}, (depth, indents)
    assert [row[0] for row in table_rows(shown, "parameter")] == [tensor["name"] for tensor in described["tensors"]]
    assert described["layers"][3]["name"] == "blocks.0" and described["layers"][3]["layers"][1]["name"] == "blocks.0.attn"
    assert sum(layer["multiply_adds"] for layer in described["layers"]) == described["multiply_adds"]
    assert run("describe", "vit_nano", "--depth", "0").returncode == 2


def check_too_little_memory():
    done = run("bench", "predict", "resnet_15", "--set", "channels=4096", "--set", "image_size=4096", "--batch-size", "65536")
    assert done.returncode == 1, done
    reported = [line for line in done.stderr.splitlines() if "AddressSanitizer" not in line]  # which reports it as well
    assert len(reported) == 1 and re.fullmatch(
        r"jetvit: not enough memory: a tensor needs 180\d+\.\d TB \(use a smaller batch, .*\)", reported[0]), done


def check_layouts():
    quick = ("bench", "train", "resnet_15", "--set", "image_size=32", "--batch-size", "2", "--steps", "1")
    for given, expected in (((), "channels-last"), (("--layout", "channels-first"), "channels-first"),
                            (("--layout", "channels-last"), "channels-last")):
        assert json.loads(run(*quick, *given).stdout)["layout"] == expected, given
    done = run(*quick, "--layout", "sideways")
    assert done.returncode == 2 and "channels-first" in done.stderr, done


def check_help_and_version(commands):
    """help and version are commands and flags, and print to stdout."""
    assert run("help").stdout == run("--help").stdout == run("-h").stdout
    assert run("help", "train").stdout == run("train", "--help").stdout
    assert run("help", "bench", "load").stdout == run("bench", "load", "--help").stdout
    number = run("--version").stdout
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", number), number
    version = run("version")
    assert version.returncode == 0 and not version.stderr, version
    assert re.fullmatch(r"jetvit +(\S+)\ncommit +\S+\nlibtorch +\d\S*\ncompiler +\d.*\n", version.stdout), version.stdout
    assert version.stdout.split()[1] == number.strip()
    # The pages of all commands, and a completion of each.
    page, completion = run("man").stdout, run("completion", "bash").stdout
    for command in commands:
        assert f"\n.TP\n\\fB{command}\\fR\n" in page, f"jetvit man lacks {command}"
        assert f"'jetvit {command}') options=" in completion, f"jetvit completion bash lacks {command}"


def check_mistakes():
    for words, message, hint in (
        (["trian"], 'unknown command "trian" (did you mean "train"?)', "jetvit --help"),
        (["-q", "prepaer"], 'unknown command "prepaer" (did you mean "prepare"?)', "jetvit --help"),
        (["trian", "--help"], 'unknown command "trian" (did you mean "train"?)', "jetvit --help"),
        (["nonsense"], 'unknown command "nonsense"', "jetvit --help"),
        (["bench", "laod"], 'unknown command "laod" (did you mean "load"?)', "jetvit bench --help"),
        (["train", "--thread", "3"], 'unknown option "--thread" (did you mean "--threads"?)', "jetvit train --help"),
        (["prepare", "--zero_threshold=1"], 'unknown option "--zero_threshold" (did you mean "--zero-threshold"?)', "jetvit prepare --help"),
        (["models", "--nonsense"], 'unknown option "--nonsense"', "jetvit models --help"),
        (["models", "more"], 'unexpected argument "more"', "jetvit models --help"),
        (["generate", "tpo"], 'unknown command "tpo" (did you mean "top"?)', "jetvit generate --help"),
        (["prepare"], "--out is required", "jetvit prepare --help"),
        ([], "no command given", "jetvit --help"),
    ):
        done = run(*words)
        first, second = done.stderr.splitlines()
        assert done.returncode == 2 and not done.stdout, (words, done)
        assert first == f"jetvit: {message}", (words, first)
        assert second.endswith(f": {hint}"), (words, second)
    for words in (["help", "trian"], ["man", "trian"]):
        done = run(*words)
        assert done.returncode == 2 and done.stderr == 'jetvit: unknown command "trian" (did you mean "train"?)\n', done


def main():
    top = run("--help")
    assert top.returncode == 0, top
    commands = re.findall(r"^  ([a-z]+)\s", top.stdout.split("Subcommands:")[1], re.M)
    expected = ("demo generate inspect prepare train evaluate predict export models describe weights forward bench completion man "
                "help version")
    assert commands == expected.split(), commands
    for command in commands:
        help_ = run(command, "--help")
        assert help_.returncode == 0 and not help_.stderr, (command, help_)
        assert "xample" in help_.stdout, f"{command} --help has no example"
        assert "--quiet" in help_.stdout, f"{command} --help has no --quiet"
    check_help_and_version(commands)
    check_mistakes()
    check_models_page()
    check_description()
    check_too_little_memory()
    check_layouts()
    print(f"command line: {len(commands)} commands explain themselves; wrong usage exits with 2")


if __name__ == "__main__":
    main()
