#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "raw/decompressor.h"
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

// Walks the pages of one column chunk held in memory. Lengths are checked before allocation: at most 64 MiB a page.
// Checksums are verified where the writer left them.
class PageReader {
 public:
  // `decompressor` is made anew where the chunk has another codec; `scratch` is reused from chunk to chunk.
  struct Buffers {
    std::vector<std::byte> page, dictionary;
  };
  PageReader(std::span<const std::byte> chunk, const LeafColumn& column, const Decompressor& decompressor,
             Buffers& buffers);

  // The next data page; false at the end of the chunk. Throws Error on damage.
  bool next(DataPage& page);

  // Plain values of the dictionary page that preceded, and their number.
  std::span<const std::byte> dictionary() const { return dictionary_; }
  std::size_t dictionary_values() const { return dictionary_values_; }

 private:
  struct Header;
  Header read_header();
  std::span<const std::byte> decompressed(std::span<const std::byte> bytes, std::size_t size,
                                          std::vector<std::byte>& into) const;
  void read_levels_v1(DataPage& page, std::span<const std::byte> body) const;

  std::span<const std::byte> rest_;
  const LeafColumn& column_;
  const Decompressor& decompressor_;
  Buffers& buffers_;
  std::span<const std::byte> dictionary_;
  std::size_t dictionary_values_ = 0;
};

}  // namespace jetvit
