"""The memory that a training is estimated to take, against what the kernel measured at its peak, for models of several kinds. And a
training that was killed: the next commands say so."""
import json
import multiprocessing
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import tiny_training as tiny

# Libraries take memory of their own for a layer's work, and freed tensors are kept for the next ones.
TOLERANCE = 0.25
CASES = {
    "resnet_15": ("quark_gluon/resnet_15.toml", "image.size=125"),
    "vit_nano": ("demo/vit_nano.toml", "image.size=96"),
    "swin_nano": ("demo/swin_nano.toml", "image.size=96"),
    "efficientnet_nano": ("demo/efficientnet_nano.toml", "image.size=96"),
    "coatnet_nano": ("demo/coatnet_nano.toml", "image.size=96"),
    "davit_nano": ("demo/davit_nano.toml", "image.size=96"),
    "effswin_nano in phases": ("demo/effswin_nano_phases.toml", "image.size=96"),
    "swin_nano in bf16": ("demo/swin_nano.toml", "image.size=96", "train.precision=bf16"),
    "swin_tiny": ("quark_gluon/swin_tiny.toml", "image.size=112", "train.batch_size=16"),
}


# Those of each test run; train_memory_long.py takes all.
FEW = ("resnet_15", "coatnet_nano", "effswin_nano in phases")


def measured(jetvit, store, run, recipe, *settings):
    """(estimate, peak) of a training, in bytes."""
    command = [jetvit, "train", str(tiny.SOURCE / "recipes" / recipe), "--data", store, "--out", run, "--threads", "2"]
    for setting in ("train.epochs=1", "train.batch_size=100", *settings):
        command += ["--set", setting]
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, said
    return json.loads((run / "run.json").read_text())["estimated_memory"], usage.ru_maxrss * 1024


def killed_run(jetvit, store, run):
    """SIGKILL after the first epoch, as of a kernel that is out of memory."""
    process = subprocess.Popen(tiny.train_command(jetvit, store, run, "--set", "train.epochs=500"), stderr=subprocess.DEVNULL)
    while not (run / "best.safetensors").exists():
        assert process.poll() is None
        time.sleep(0.02)
    predict = [jetvit, "predict", run, "--data", store, "--out", run.parent / "scores.parquet", "--overwrite", "--threads", "1"]
    alive = tiny.check(subprocess.run(list(map(str, predict)), capture_output=True, text=True))
    assert "run: still trains" in alive.stderr and "did not end" not in alive.stderr, alive.stderr
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert json.loads((run / "run.json").read_text())["status"] == "running"
    evaluate = [jetvit, "evaluate", run, "--baselines", "0", "--threads", "1"]
    for command in (predict, evaluate):
        dead = tiny.check(subprocess.run(list(map(str, command)), capture_output=True, text=True))
        assert "run: its training did not end (was it killed?)" in dead.stderr, dead.stderr
    resumed = subprocess.Popen(tiny.train_command(jetvit, store, run, "--resume", "--set", "train.epochs=500"), stderr=subprocess.PIPE, text=True)
    while "resumes at step" not in (line := resumed.stderr.readline()):
        assert line, "it said nothing"
    assert "the training did not end (was it killed?)" in line, line
    time.sleep(0.5)
    resumed.send_signal(signal.SIGTERM)
    resumed.communicate(timeout=60)
    ended = tiny.check(subprocess.run(list(map(str, predict)), capture_output=True, text=True))
    assert "did not end" not in ended.stderr and "still trains" not in ended.stderr, ended.stderr


def main(jetvit, cases):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # In a process of its own: the kernel counts the peak of the process that starts another as part of that one's.
        maker = multiprocessing.Process(target=tiny.make_store, args=(jetvit, folder))
        maker.start()
        maker.join()
        store = folder / "store"
        worst = 0
        for name in cases:
            recipe, *settings = CASES[name]
            estimate, peak = measured(jetvit, store, folder / name.replace(" ", "_"), recipe, *settings)
            print(f"{name:24} estimated {estimate / 1e6:7.0f} MB, took {peak / 1e6:7.0f} MB: {estimate / peak:.2f}", flush=True)
            worst = max(worst, abs(estimate / peak - 1))
        assert worst <= TOLERANCE, f"an estimate is off by {100 * worst:.0f} %"
        killed_run(jetvit, store, folder / "run")
    print("estimates hold, and a killed training is distinguished from a running one")


if __name__ == "__main__":
    main(sys.argv[1], FEW)
