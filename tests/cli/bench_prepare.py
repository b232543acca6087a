"""`jetvit bench prepare`: every step that the input allows reads all of its rows, the figures are those of its rounds, nothing is
left in the folder, and what is impossible is refused."""
import json
import math
import pathlib
import statistics
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import tiny_training as tiny


def main(jetvit):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        work = folder / "work"
        work.mkdir()
        raw = tiny.write_raw(folder / "raw.parquet", jets=24)
        quick = ("--rounds", "3", "--seconds", "0.001", "--threads", "1", "--folder", work)

        def measure(*words):
            result = json.loads(tiny.check(mistakes.run(jetvit, "bench", "prepare", *words, *quick, "--json")).stdout)
            assert list(work.iterdir()) == []
            return result, [step["step"] for step in result["steps"]]

        result, steps = measure(raw)
        assert steps == ["decode", "statistics", "store", "png", "tfrecord"], steps
        assert result["files"] == 1 and result["bytes"] == raw.stat().st_size and result["threads"] == 1, result
        for step in result["steps"]:
            rounds = step["rounds"]
            assert step["rows"] == 24 and len(rounds) == 3, step
            assert (step["slowest"], step["jets_per_second"], step["fastest"]) == (min(rounds), statistics.median(rounds), max(rounds))
            assert math.isclose(step["input_bytes_per_second"], step["jets_per_second"] * result["bytes"] / 24), step
        assert measure(tiny.write_raw(folder / "eight.parquet", jets=4, channels=8))[1] == ["decode", "statistics", "store", "tfrecord"]

        pictures = folder / "pictures"
        tiny.check(mistakes.run(jetvit, "prepare", raw, "--mode", "published", "--to", "png", "--out", pictures))
        result, steps = measure(pictures, "--steps", "store,decode")
        assert steps == ["store", "decode"] and result["kind"] == "PNG class folders", result
        assert result["bytes"] == sum(path.stat().st_size for path in pictures.rglob("*.png")), result

        table = tiny.check(mistakes.run(jetvit, "bench", "prepare", raw, *quick)).stdout
        assert [line.split()[0] for line in table.splitlines()[-5:]] == ["decode", "statistics", "store", "png", "tfrecord"], table
        mistakes.expect(mistakes.run(jetvit, "bench", "prepare", pictures, *quick, "--steps", "png"), 2, "--steps png is not possible",
                        "possible: decode, statistics, store")
        mistakes.expect(mistakes.run(jetvit, "bench", "prepare", raw, "--folder", folder / "none"), 1, folder / "none", "No such file")
        mistakes.expect(mistakes.run(jetvit, "bench", "prepare", folder / "none.parquet", *quick), 1, "none.parquet")
        (folder / "broken.parquet").write_bytes(raw.read_bytes()[:-100])
        mistakes.expect(mistakes.run(jetvit, "bench", "prepare", folder / "broken.parquet", *quick), 1, "broken.parquet")
        assert list(work.iterdir()) == []


if __name__ == "__main__":
    main(sys.argv[1])
