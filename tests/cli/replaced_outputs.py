#!/usr/bin/env python3
"""--overwrite replaces what the same command wrote before and nothing else: no input, no checkpoint, no foreign file, no link, no
pipe."""
import os
import pathlib
import stat
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "oracle/lib"))
import mistakes
import tiny_training as tiny
from mistakes import expect


def main(jetvit):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        store, run, raw = tiny.make_store(jetvit, folder, jets=80), folder / "run", folder / "jets.parquet"
        tiny.check(tiny.train(jetvit, store, run))

        def predict(out):
            return mistakes.run(jetvit, "predict", run, "--data", raw, "--out", out, "--overwrite")

        def weights(out, *more):
            return mistakes.run(jetvit, "weights", "vit_nano", "--out", out, "--overwrite", *more)

        scores, first = folder / "scores.parquet", folder / "first.safetensors"
        for _ in range(2):
            tiny.check(predict(scores))
            tiny.check(weights(first))
        thesis = folder / "thesis.txt"
        thesis.write_text("five years")
        kept = {path: path.read_bytes() for path in
                [raw, scores, first, thesis, run / "best.safetensors", run / "last.safetensors", *store.iterdir()] if path.is_file()}
        for path, words in ((raw, "is an input of this command"), (thesis, "does not hold scores of jetvit predict"),
                            (first, "does not hold scores"), (run / "best.safetensors", "does not hold scores"),
                            (store / "manifest.json", "does not hold scores"), (run, "is a folder")):
            expect(predict(path), 1, f"{path}: {words}")
        for path, words in ((thesis, "does not hold tensors of jetvit weights"), (run / "last.safetensors", "does not hold tensors"),
                            (scores, "does not hold tensors"), (store, "is a folder")):
            expect(weights(path), 1, f"{path}: {words}")
        expect(weights(first, "--pretrained", first), 1, f"{first}: is an input of this command")
        pipe, link, dangling = folder / "pipe", folder / "link", folder / "dangling"
        os.mkfifo(pipe)
        link.symlink_to(scores)
        dangling.symlink_to(folder / "nowhere")
        for path, words in ((pipe, "is a pipe"), (link, "is a link"), (dangling, "is a link")):
            expect(predict(path), 1, f"{path}: {words}")
            expect(weights(path), 1, f"{path}: {words}")
        assert stat.S_ISFIFO(os.lstat(pipe).st_mode) and link.is_symlink() and dangling.is_symlink()
        assert {path: path.read_bytes() for path in kept} == kept
        assert not [path for path in folder.rglob("*") if ".jetvit-tmp-" in path.name]
    print("only own outputs were replaced")


if __name__ == "__main__":
    main(sys.argv[1])
