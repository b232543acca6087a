"""Two processes of one thread against one process of two threads, on two cores: rates of training, what the sum in order costs,
and the seconds beside the epochs. Prints the rows of a table of docs/speed.md.

  .deps/python/bin/python bench/scale/processes.py build/release/bin/jetvit [--models resnet_15 vit_nano] [--rounds 3] [--out FILE]

Trains each model of recipes/demo for two epochs on the shipped quark-gluon sample and takes the second epoch; the ways of a model
take turns, and the fastest round of each counts. A round of all models takes 25 minutes on an idle machine.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
from side_by_side import report  # noqa: E402

MODELS = ("resnet_15", "vit_nano", "swin_nano", "coatnet_nano", "maxvit_nano", "davit_nano", "effswin_nano", "efficientnet_nano")
IN_ORDER = ("--set", "train.deterministic=true", "--set", "train.parts=2")
OWN = ("--set", "train.sync_batch_norm=false")
WAYS = {
    "one": ("--threads", "2"),
    "two": ("--threads", "1", "--processes", "2"),
    "two, own statistics": ("--threads", "1", "--processes", "2", *OWN),
    "one, in order": ("--threads", "2", *IN_ORDER),
    "two, in order": ("--threads", "1", "--processes", "2", *IN_ORDER),
}


def measure(jetvit, model, store, run, words):
    start = time.perf_counter()
    done = subprocess.run([jetvit, "train", ROOT / f"recipes/demo/{model}.toml", "--data", store, "--out", run, "--quiet", *words,
                           "--set", "train.epochs=2"], capture_output=True, text=True)
    whole = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr)
    rows = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    epochs = sum(row["train_seconds"] + row["validation_seconds"] for row in rows)
    return {"jets_per_second": rows[-1]["jets_per_second"], "data_wait_percent": rows[-1]["data_wait_percent"],
            "other_seconds": whole - epochs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jetvit")
    parser.add_argument("--models", nargs="*", default=MODELS)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--out", help="file for the results as JSON")
    arguments = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as name:
        store = pathlib.Path(name) / "store"
        sample = ROOT / "data/sample"
        splits = [word for split in ("train", "validation", "test") for word in (f"--{split}", sample / f"quark_gluon_{split}.parquet")]
        subprocess.run([arguments.jetvit, "prepare", *splits, "--out", store], check=True, capture_output=True)
        for model in arguments.models:
            rounds = []
            for number in range(arguments.rounds):
                print(f"{model}: round {number + 1}", file=sys.stderr, flush=True)
                rounds.append({way: measure(arguments.jetvit, model, store, pathlib.Path(name) / f"{model} {way} {number}", words)
                               for way, words in WAYS.items()})
            results[model] = {way: max((one[way] for one in rounds), key=lambda found: found["jets_per_second"]) for way in WAYS}
    report(results, arguments.out)
    for model, ways in results.items():
        one = ways["one"]["jets_per_second"]
        rates = [f"{one:.0f}", *(f"{ways[way]['jets_per_second'] / one:.2f}" for way in list(WAYS)[1:])]
        waits = "/".join(f"{ways[way]['data_wait_percent']:.1f}" for way in ("one", "two"))
        begins = "/".join(f"{ways[way]['other_seconds']:.1f}" for way in ("one", "two"))
        print(f"| `{model}` | {' | '.join(rates)} | {waits} | {begins} |")


if __name__ == "__main__":
    main()
