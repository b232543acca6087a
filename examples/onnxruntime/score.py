#!/usr/bin/env python3
"""Scores jets with an exported model and onnxruntime, without jetvit:

    pip install onnxruntime numpy pyarrow
    python score.py model.onnx jets.parquet scores.parquet

jets.parquet has the images in the column X_jets, as the CMS files have them: nested lists [channel][row][column], or one flat
list in the order row, column, channel. The model takes the raw pixel values: its preparation is inside the file."""
import json
import pathlib
import sys

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq

BATCH = 64


def images(column, shape):
    """(jets, channels, height, width) float32."""
    jets = len(column)
    values = column
    nesting = 0
    while pa.types.is_list(values.type) or pa.types.is_large_list(values.type):
        values = values.flatten()
        nesting += 1
    values = values.to_numpy(zero_copy_only=False).astype(np.float32)
    channels, height, width = shape
    if values.size != jets * channels * height * width:
        raise SystemExit(f"X_jets does not hold {jets} images of {channels} x {height} x {width} pixels")
    if nesting == 1:
        return values.reshape(jets, height, width, channels).transpose(0, 3, 1, 2).copy()
    return values.reshape(jets, channels, height, width)


def main(model, jets, scores):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    metadata = session.get_modelmeta().custom_metadata_map
    shape = json.loads(metadata["jetvit.shape"])
    classes = json.loads(metadata["jetvit.class_names"])
    file = pq.ParquetFile(jets)
    if "X_jets" not in file.schema_arrow.names:
        raise SystemExit(f"{jets}: has no column X_jets")
    logits, probabilities = [], []
    for batch in file.iter_batches(BATCH, columns=["X_jets"]):
        logit, probability = session.run(["logit", "probability"], {"pixels": images(batch.column(0), shape)})
        logits.append(logit[:, 0])
        probabilities.append(probability[:, 0])
    table = pa.table({"score": np.concatenate(probabilities), "logit": np.concatenate(logits)})
    pq.write_table(table, scores)
    print(f"{len(table)} jets: score is the probability of {classes[1]} against {classes[0]}, in {pathlib.Path(scores)}")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("usage: score.py MODEL.onnx JETS.parquet SCORES.parquet")
    main(*sys.argv[1:])
