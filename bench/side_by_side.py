"""What the comparisons share: long files made of the sample's jets, the error of an AUC, and one way to write a result."""

import json
import pathlib

import numpy
import pyarrow.parquet

SAMPLE = pathlib.Path(__file__).parents[1] / "data/sample"


def make_file(path, sample, jets):
    """The sample's jets over and over, in the layout of the CMS files: snappy, doubles, one row group a jet."""
    table = pyarrow.parquet.read_table(sample)
    with pyarrow.parquet.ParquetWriter(path, table.schema, compression="snappy") as writer:
        for start in range(0, jets, table.num_rows):
            writer.write_table(table.slice(0, min(table.num_rows, jets - start)), row_group_size=1)


def delong_error(score, label):
    """Standard error of the AUC (DeLong, DeLong and Clarke-Pearson 1988) for samples of a few thousand jets."""
    signal, background = score[label == 1], score[label == 0]
    wins = (signal[:, None] > background[None, :]) + 0.5 * (signal[:, None] == background[None, :])
    return float(numpy.sqrt(wins.mean(axis=1).var(ddof=1) / len(signal) + wins.mean(axis=0).var(ddof=1) / len(background)))


def spread(rates):
    """The least and the greatest of each side's rounds."""
    return {who: [min(values), max(values)] for who, values in rates.items()}


def report(result, out):
    """Prints the result as JSON, and writes it to a file where one is named."""
    content = json.dumps(result, indent=1)
    print(content)
    if out:
        pathlib.Path(out).write_text(content + "\n")
