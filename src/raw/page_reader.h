#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "raw/chunk_bytes.h"
#include "raw/decompressor.h"
#include "raw/page_header.h"
#include "raw/parquet_footer.h"

namespace jetvit {

// Encodings of Parquet that concern numbers (parquet.thrift, enum Encoding).
enum class Encoding : std::uint8_t {
  kPlain = 0,
  kPlainDictionary = 2,
  kRle = 3,
  kBitPacked = 4,
  kDeltaBinaryPacked = 5,
  kRleDictionary = 8,
  kByteStreamSplit = 9,
};

// A data page, decompressed; the spans live until the next call of PageReader::next().
struct DataPage {
  std::size_t values = 0;  // with nulls
  Encoding encoding = Encoding::kPlain;
  std::span<const std::byte> repetition, definition;  // hybrid runs, without their length
  std::span<const std::byte> data;
};

// The plain values of a dictionary page.
struct Dictionary {
  std::span<const std::byte> bytes;
  std::size_t values = 0;
};

// Walks the pages of one column chunk, or of its end. Lengths are checked before allocation: at most 64 MiB a page.
// Checksums are verified where the writer left them.
class PageReader {
 public:
  // Memory that is reused from chunk to chunk; what a reader hands out lives in it.
  struct Buffers {
    std::vector<std::byte> page, dictionary;
  };
  // `dictionary`: of the page in front of `bytes`, where they begin behind it.
  PageReader(ChunkBytes bytes, const LeafColumn& column, const Decompressor& decompressor, Buffers& buffers,
             Dictionary dictionary = {});

  // The next data page; false at the end of the chunk. Throws Error on damage.
  bool next(DataPage& page);

  // Of the dictionary page that preceded.
  const Dictionary& dictionary() const { return dictionary_; }

 private:
  std::span<const std::byte> decompressed(std::span<const std::byte> bytes, std::size_t size,
                                          std::vector<std::byte>& into) const;
  void read_dictionary(const PageHeader& header, std::span<const std::byte> body);
  void read_levels_v1(DataPage& page, std::span<const std::byte> body) const;

  ChunkBytes bytes_;
  const LeafColumn& column_;
  const Decompressor& decompressor_;
  Buffers& buffers_;
  Dictionary dictionary_;
  bool dictionary_may_follow_;
};

}  // namespace jetvit
