#pragma once

#include <cstdint>
#include <optional>

#include "raw/chunk_bytes.h"

namespace jetvit {

// parquet.thrift: struct PageHeader with the structs of the three kinds of pages.
struct PageHeader {
  enum Kind : std::int64_t { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };
  std::int64_t kind = -1, uncompressed = -1, compressed = -1;
  std::int64_t values = -1, encoding = 0;
  std::optional<std::uint32_t> checksum;
  std::int64_t definition_bytes = 0, repetition_bytes = 0;        // version 2
  bool is_compressed = true;                                      // version 2
  std::int64_t definition_encoding = 3, repetition_encoding = 3;  // version 1: kRle
};

// Reads the next header of a chunk; the `compressed` bytes of the page follow. Throws Error if they exceed the chunk or
// the size limit of a page (64 MiB; 128 MiB if compressed).
PageHeader read_page_header(ChunkBytes& bytes);

}  // namespace jetvit
