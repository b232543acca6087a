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

// The Parquet encodings for numbers (parquet.thrift, enum Encoding).
enum class Encoding : std::uint8_t {
  kPlain = 0,
  kPlainDictionary = 2,
  kRle = 3,
  kBitPacked = 4,
  kDeltaBinaryPacked = 5,
  kDeltaLengthByteArray = 6,
  kDeltaByteArray = 7,
  kRleDictionary = 8,
  kByteStreamSplit = 9,
};

// A decompressed data page. The spans are valid until the next call of PageReader::next().
struct DataPage {
  std::size_t values = 0;  // including nulls
  Encoding encoding = Encoding::kPlain;
  std::span<const std::byte> repetition, definition;  // hybrid runs, without the length in front
  std::span<const std::byte> data;
};

// The plain values of a dictionary page.
struct Dictionary {
  std::span<const std::byte> bytes;
  std::size_t values = 0;
};

// Reads the pages of one column chunk, or of its last part. Lengths are checked before allocation: at most 64 MiB per
// page. Checksums are verified if the writer stored them.
class PageReader {
 public:
  // Memory that is reused from chunk to chunk; the spans that a reader returns point into it.
  struct Buffers {
    std::vector<std::byte> page, dictionary;
  };
  // dictionary: the dictionary of the chunk, if `bytes` starts after its dictionary page. The references must outlive
  // the object.
  PageReader(ChunkBytes bytes, const LeafColumn& column, const Decompressor& decompressor, Buffers& buffers,
             Dictionary dictionary = {});

  // The next data page; false at the end of the chunk. Throws Error on damage.
  bool next(DataPage& page);

  // The dictionary of the chunk; empty before its page was read.
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
