"""bench/device/check, tried on the CPU without the peers: parts end within their limits, leave results, and are continued."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


def children(process):
    """The running ones of a process."""
    return pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()


def children_state(process):
    return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]


def main(jetvit):
    jetvit = pathlib.Path(jetvit).absolute()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        small = ("--device", "cpu", "--precision", "fp32", "--models", "vit_nano", "resnet_15", "--batch-sizes", "2", "--steps", "1")

        # Without the peers.
        def command(*words, build=jetvit.parent.parent, out="out"):
            return [ROOT / "bench/device/check", "--out", folder / out, "--build", build, "--python", folder / "no_python", *small,
                    *words]

        def check(*words, **build):
            return subprocess.run(command(*words, **build), capture_output=True, text=True)

        def result(part):
            return json.loads((folder / f"out/{part}.result.json").read_text())

        # Too little time: the part is stopped, named, and run again.
        late = check("--only", "steps resnet_15", "--limit", "0.01")
        assert late.returncode == 1 and "steps resnet_15 ... out of time after" in late.stdout, late
        assert result("steps_resnet_15")["status"] == "out of time"

        missing = check("--only", "steps vit_nano", build=folder / "nowhere")
        assert missing.returncode == 1 and "nowhere/bin/jetvit is missing (cmake --preset cuda" in missing.stdout, missing

        chosen = ("--only", "steps vit_nano", "steps resnet_15")
        first = check(*chosen)
        assert first.returncode == 0, first
        assert first.stdout.count("... done after") == 2, first.stdout
        measured = result("steps_vit_nano")["rows"]
        assert [(row["what"], row["batch_size"]) for row in measured] == [("graph", 2), ("no graph", 2)], measured
        assert all(row["images_per_second"] > 0 for row in measured), measured
        rows = [line.split("|")[1:-1] for line in first.stdout.splitlines() if line.startswith("| vit_nano | 2 |")]
        assert len(rows) == 1 and [bool(cell.strip()) for cell in rows[0]] == [True] * 4 + [False] * 2, first.stdout

        again = check(*chosen)
        assert again.returncode == 0 and again.stdout.count(": done before") == 2, again

        other = check("--only", "steps vit_nano", "--steps", "2")
        assert other.returncode == 0 and "steps vit_nano ... done after" in other.stdout, other
        assert check("--only", "steps vit_nano").stdout.count("done after") == 1, "measured again with other steps"

        # A part that fails does not keep the next one from its turn, and comes last the next time.
        order = check("--only", "eager vit_nano", "steps resnet_15", "eager resnet_15")
        assert order.returncode == 1 and order.stdout.count("failed after") == 2, order
        assert "no_python" in result("eager_vit_nano")["error"], result("eager_vit_nano")
        order = check("--only", "eager vit_nano", "compiled vit_nano")
        assert order.stdout.index("compiled vit_nano ...") < order.stdout.index("eager vit_nano ..."), order.stdout

        # Ended from outside, it takes its programs along.
        long = subprocess.Popen(command("--only", "steps resnet_15", "--steps", "100000", out="ended"), stdout=subprocess.DEVNULL)
        log = folder / "ended/steps_resnet_15.log"
        while not (log.exists() and "bench train" in log.read_text() and (running := children(long.pid))):
            assert long.poll() is None
            time.sleep(0.02)
        long.terminate()
        assert long.wait(timeout=20) == 128 + signal.SIGTERM, long
        assert not any(pathlib.Path(f"/proc/{child}").exists() and children_state(child) != "Z" for child in running)

        listed = check("--list")
        assert listed.returncode == 0, listed
        states = {line[:24].strip(): line.split(" s")[-1].strip() for line in listed.stdout.splitlines()}
        assert states["steps vit_nano"] == "done" and states["tests"] == "" and "compiled resnet_15" in states, states

        unknown = check("--only", "steps")
        assert unknown.returncode == 2 and "steps: no such part (possible: tests, models, steps vit_nano" in unknown.stderr, unknown


main(sys.argv[1])
