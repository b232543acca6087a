#!/usr/bin/env python3
"""The completion scripts in the shells themselves: bash always, zsh and fish where they are installed."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

JETVIT = pathlib.Path(sys.argv[1]).resolve()


def script(shell):
    return subprocess.run([JETVIT, "completion", shell], capture_output=True, text=True, check=True, timeout=60).stdout


def bash(path, *words):
    """What Tab after the last word offers."""
    program = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_jetvit
printf '%s\\n' "${COMPREPLY[@]}"
"""
    done = subprocess.run(["bash", "--norc", "-c", program, "bash", path, *words], capture_output=True, text=True,
                          check=True, timeout=60)
    assert not done.stderr, done.stderr
    return done.stdout.split()


def check_bash(folder):
    path = folder / "jetvit.bash"
    path.write_text(script("bash"))
    for words, expected in {
        ("jetvit", "tr"): ["train"],
        ("jetvit", "train", "--pre"): ["--precision", "--pretrained"],
        ("jetvit", "--quiet", "tr"): ["train"],
        ("jetvit", "bench", "lo"): ["load"],
        ("jetvit", "bench", "load", "--sam"): ["--sampling"],
        ("jetvit", "bench", "load", "--sampling", ""): ["permutation", "weighted"],
        ("jetvit", "train", "--layout", "h"): ["hwc"],
        ("jetvit", "train", "--layout", "=", "h"): ["hwc"],
        ("jetvit", "train", "--layout", "="): ["auto", "chw", "hwc"],
        ("jetvit", "completion", ""): ["bash", "fish", "zsh"],
        ("jetvit", "help", "tr"): ["train"],
        ("jetvit", "generate", "top", "--pile"): ["--pile-up", "--pile-up-pool"],
        ("jetvit", "train", "re"): [],  # file names, by -o default
        ("jetvit", "inspect", "bench", "--ver"): ["--verify"],  # a file named as a command
    }.items():
        offered = bash(path, *words)
        assert sorted(offered) == expected, (words, offered)
    # In an interactive shell, with file names where nothing else fits.
    (folder / "recipe.toml").touch()
    done = subprocess.run(["bash", "--norc", "-i"], input=f"source {path}\ncomplete -p jetvit\n", capture_output=True,
                          text=True, timeout=60, cwd=folder)
    assert "complete -o default -F _jetvit jetvit" in done.stdout, done


def check_zsh(folder):
    if shutil.which("zsh") is None:
        return False
    path = folder / "_jetvit"
    path.write_text(script("zsh"))
    subprocess.run(["zsh", "-n", path], check=True)
    # Stands in for the functions of zsh's completion system, which needs a terminal.
    program = """
compdef() { :; }; compadd() { shift; print -l -- ${(P)1}; }; _files() { print files; }
_describe() { print -l -- ${${(P)@[-1]}%%:*}; }
source $1; shift; words=("$@"); CURRENT=$#; _jetvit
"""
    for words, expected in {("jetvit", "tr"): "train", ("jetvit", "train", "--pre"): "--pretrained",
                            ("jetvit", "bench", "load", "--sampling", ""): "weighted",
                            ("jetvit", "train", ""): "files"}.items():
        done = subprocess.run(["zsh", "-f", "-c", program, "zsh", path, *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and not done.stderr, done
        assert expected in done.stdout.split(), (words, done.stdout)
    return True


def check_fish(folder):
    if shutil.which("fish") is None:
        return False
    path = folder / "jetvit.fish"
    path.write_text(script("fish"))
    for line, expected in {"jetvit tr": {"train"}, "jetvit train --pre": {"--precision", "--pretrained"},
                           "jetvit bench load --sampling ": {"permutation", "weighted"}}.items():
        done = subprocess.run(["fish", "--no-config", "-c", f"source {path}; complete -C '{line}'"], capture_output=True,
                              text=True, timeout=60)
        assert done.returncode == 0 and not done.stderr, done
        assert {row.split("\t")[0] for row in done.stdout.splitlines()} == expected, (line, done.stdout)
    return True


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_bash(folder)
        others = {"zsh": check_zsh(folder), "fish": check_fish(folder)}
    missing = [shell for shell, checked in others.items() if not checked]
    print("completion: commands, options and choices" + (f" (not installed: {', '.join(missing)})" if missing else ""))


if __name__ == "__main__":
    main()
