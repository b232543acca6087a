"""Kills commands that write one file, while they write it: what is left next to the old output is removed by the next command that
writes into that folder, whatever its output, and the files of a command that still runs stay."""
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import tiny_training as tiny


def temporaries(folder):
    return sorted(path.name for path in folder.iterdir() if ".jetvit-tmp-" in path.name)


def killed(command, folder):
    """At the first fsync, when the bytes are written and the name is not there yet."""
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:signal=KILL:when=1",
                           *map(str, command)], capture_output=True, text=True)
    assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL), done
    assert len(temporaries(folder)) == 1, sorted(folder.iterdir())


def main(jetvit):
    tiny.require_strace()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        store = tiny.make_store(jetvit, folder)
        tiny.check(tiny.train(jetvit, store, folder / "run", "--set", "train.epochs=1"))
        out = folder / "out"
        out.mkdir()
        small = ("--set", "image_size=64", "--set", "patch_size=8")
        commands = {
            "predict": [jetvit, "predict", folder / "run", "--data", store, "--threads", "1", "--out", out / "scores.parquet"],
            "weights": [jetvit, "weights", "vit_nano", *small, "--out", out / "weights.safetensors"],
        }
        for name, command in commands.items():
            for then in commands.values():
                killed(command, out)
                tiny.check(mistakes.run(*then))
                assert temporaries(out) == [], (name, temporaries(out))
                (then[-1]).unlink()
        # Two at a time: the one that begins later keeps its hands off the file of the other, which sleeps in its fsync.
        slow = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e",
                                 "inject=fsync:delay_enter=3000000:when=1", *map(str, commands["predict"])],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while not temporaries(out):
            assert slow.poll() is None, slow.stderr.read()
            time.sleep(0.02)
        tiny.check(mistakes.run(*commands["weights"]))
        assert len(temporaries(out)) == 1
        assert slow.wait(60) == 0, slow.stderr.read()
        assert sorted(path.name for path in out.iterdir()) == ["scores.parquet", "weights.safetensors"]
    print("what killed commands left was removed, what running ones write was kept")


if __name__ == "__main__":
    main(sys.argv[1])
