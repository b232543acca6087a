"""What the comparisons share: long files made of the sample's jets, and one way to write a result."""

import json
import pathlib

import pyarrow.parquet

SAMPLE = pathlib.Path(__file__).parents[1] / "data/sample"


def make_file(path, sample, jets):
    """The sample's jets over and over, in the layout of the CMS files: snappy, doubles, one row group a jet."""
    table = pyarrow.parquet.read_table(sample)
    with pyarrow.parquet.ParquetWriter(path, table.schema, compression="snappy") as writer:
        for start in range(0, jets, table.num_rows):
            writer.write_table(table.slice(0, min(table.num_rows, jets - start)), row_group_size=1)


def spread(rates):
    """The least and the greatest of each side's rounds."""
    return {who: [min(values), max(values)] for who, values in rates.items()}


def report(result, out):
    """Prints the result as JSON, and writes it to a file where one is named."""
    content = json.dumps(result, indent=1)
    print(content)
    if out:
        pathlib.Path(out).write_text(content + "\n")
