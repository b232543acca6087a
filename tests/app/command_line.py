#!/usr/bin/env python3
"""The program as a shell sees it: help of every command, exit statuses, the grammar of its messages."""
import re
import subprocess
import sys


def run(*arguments):
    return subprocess.run([sys.argv[1], *arguments], capture_output=True, text=True, timeout=60)


def main():
    top = run("--help")
    assert top.returncode == 0, top
    commands = re.findall(r"^  ([a-z]+)\s", top.stdout.split("Subcommands:")[1], re.M)
    for expected in ("demo", "generate", "inspect", "prepare", "train", "evaluate", "predict", "models", "describe", "weights", "forward", "bench"):
        assert expected in commands, f"{expected} is missing from --help"
    for command in commands:
        help_ = run(command, "--help")
        assert help_.returncode == 0, (command, help_)
        assert "xample" in help_.stdout or command == "bench", f"{command} --help has no example"
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", run("--version").stdout)
    for wrong in ([], ["nonsense"], ["models", "--nonsense"], ["prepare"]):
        result = run(*wrong)
        assert result.returncode == 2, (wrong, result)
        assert result.stderr or result.stdout, wrong
    print(f"command line: {len(commands)} commands explain themselves; wrong usage exits with 2")


if __name__ == "__main__":
    main()
