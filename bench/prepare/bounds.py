"""What a preparation cannot be faster than, on one core: decompressing the pages of a raw file by snappy alone, copying an image
of doubles through memory, creating empty files.

  .deps/peers/bin/python bench/prepare/bounds.py RAW.parquet [--folder DIR]

Needs pyarrow and numpy: scripts/setup --with-peers. Compare with `jetvit bench prepare RAW.parquet --threads 1`.
"""

import argparse
import os
import pathlib
import tempfile
import time

import numpy
import pyarrow
import pyarrow.parquet


def integer(data, at):
    """An unsigned number of Thrift's compact protocol, and the place after it."""
    value, shift = 0, 0
    while True:
        value |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return value, at


def fields(data, at):
    """The integers among the fields of a struct, by number, and the place after it."""
    found, number = {}, 0
    while data[at]:
        kind, step, at = data[at] & 15, data[at] >> 4, at + 1
        number += step
        if step == 0:
            number, at = integer(data, at)
            number >>= 1
        if kind in (4, 5, 6):
            value, at = integer(data, at)
            found[number] = value >> 1
        elif kind == 8:
            size, at = integer(data, at)
            at += size
        elif kind == 12:
            _, at = fields(data, at)
        elif kind not in (1, 2):  # true and false have no bytes
            raise ValueError(f"a field of kind {kind} in a page header")
    return found, at + 1


def pages(path, file):
    """(compressed bytes, decompressed size) of every page."""
    data = path.read_bytes()
    for group in range(file.num_row_groups):
        for index in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(index)
            at = column.dictionary_page_offset or column.data_page_offset
            end = at + column.total_compressed_size
            while at < end:
                header, at = fields(data, at)  # 2: decompressed size, 3: compressed size
                yield data[at:at + header[3]], header[2]
                at += header[3]


def best(work, rounds=5):
    """Seconds of the fastest of several rounds."""
    times = []
    for turn in range(rounds):
        start = time.perf_counter()
        work(turn)
        times.append(time.perf_counter() - start)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raw", type=pathlib.Path)
    parser.add_argument("--folder", help="where files are created (default: the folder for temporary files)")
    arguments = parser.parse_args()
    file = pyarrow.parquet.ParquetFile(arguments.raw)
    jets = file.metadata.num_rows
    found = list(pages(arguments.raw, file))
    codec = pyarrow.Codec("snappy")
    tiny = codec.compress(b"x").to_pybytes()
    seconds = best(lambda _: [codec.decompress(page, size) for page, size in found])
    seconds -= best(lambda _: [codec.decompress(tiny, 1) for _ in found])  # Python's calls
    whole = sum(size for _, size in found)
    print(f"snappy alone: {1e6 * seconds / jets:.2f} us a jet ({whole / jets / 1e3:.1f} kB in {len(found) / jets:.0f} pages, "
          f"{whole / seconds / 1e9:.2f} GB/s)")

    image = 125 * 125 * 8 * (3 if pyarrow.types.is_list(file.schema_arrow.field("X_jets").type.value_type) else 8)
    source = numpy.ones(256 << 20, numpy.uint8)
    target = numpy.empty_like(source)
    seconds = best(lambda _: numpy.copyto(target, source))
    print(f"copying: {source.size / seconds / 1e9:.1f} GB/s, {1e6 * image * seconds / source.size:.1f} us for a dense image of doubles")

    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        count = 10000

        def create(turn):
            folder = pathlib.Path(name) / str(turn)
            folder.mkdir()
            descriptor = os.open(folder, os.O_RDONLY)
            for number in range(count):
                os.close(os.open(f"{number}.png", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=descriptor))
            os.close(descriptor)

        print(f"an empty file: {1e6 * best(create, 3) / count:.1f} us")


if __name__ == "__main__":
    main()
