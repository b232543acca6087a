"""Runs jetvit where it has to succeed."""
import json
import subprocess


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{words}\n{done.stderr}"
    return done.stdout


def settings(options):
    return [word for key, value in options.items() for word in ("--set", f"{key}={json.dumps(value)}")]
