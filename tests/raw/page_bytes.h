#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "raw/page_reader.h"

// Builds the pages of a column chunk byte by byte, according to the Parquet format.
namespace jetvit::test {

using Bytes = std::vector<std::byte>;

inline void add_varint(Bytes& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::byte>(value | 0x80));
  bytes.push_back(static_cast<std::byte>(value));
}

inline void add_zigzag(Bytes& bytes, std::int64_t value) {
  add_varint(bytes, static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

// Adds fields (id, value) of the Thrift compact protocol as i32. Each id exceeds the previous one by less than 16.
inline void add_fields(Bytes& bytes, int& last, std::initializer_list<std::pair<int, std::int64_t>> fields) {
  for (const auto& [id, value] : fields) {
    bytes.push_back(static_cast<std::byte>((id - last) << 4 | 5));
    add_zigzag(bytes, value);
    last = id;
  }
}

struct Page {
  std::int64_t kind = 0;  // 0 data, 2 dictionary
  std::int64_t values = 0;
  std::int64_t encoding = 0;
  std::int64_t levels_encoding = 3;
  std::int64_t uncompressed = -1, compressed = -1;  // -1: the size of the body
};

// Adds header and body of a data page of version 1 or of a dictionary page.
inline void add_page(Bytes& bytes, const Page& page, std::span<const std::byte> body) {
  const auto size = static_cast<std::int64_t>(body.size());
  int last = 0;
  add_fields(bytes, last,
             {{1, page.kind},
              {2, page.uncompressed < 0 ? size : page.uncompressed},
              {3, page.compressed < 0 ? size : page.compressed}});
  const int id = page.kind == 2 ? 7 : 5;
  bytes.push_back(static_cast<std::byte>((id - last) << 4 | 12));
  int inner = 0;
  add_fields(bytes, inner, {{1, page.values}, {2, page.encoding}});
  if (page.kind != 2) add_fields(bytes, inner, {{3, page.levels_encoding}, {4, page.levels_encoding}});
  bytes.push_back(std::byte{0});
  bytes.push_back(std::byte{0});
  bytes.insert(bytes.end(), body.begin(), body.end());
}

// Adds a data page of version 2: the body starts with the levels and is not compressed.
inline void add_page_v2(Bytes& bytes, std::int64_t values, std::int64_t encoding, std::int64_t definition_bytes,
                        std::int64_t repetition_bytes, std::span<const std::byte> body) {
  const auto size = static_cast<std::int64_t>(body.size());
  int last = 0;
  add_fields(bytes, last, {{1, 3}, {2, size}, {3, size}});
  bytes.push_back(static_cast<std::byte>((8 - last) << 4 | 12));
  int inner = 0;
  add_fields(bytes, inner,
             {{1, values}, {2, 0}, {3, values}, {4, encoding}, {5, definition_bytes}, {6, repetition_bytes}});
  bytes.push_back(static_cast<std::byte>(1 << 4 | 2));  // is_compressed: false
  bytes.push_back(std::byte{0});
  bytes.push_back(std::byte{0});
  bytes.insert(bytes.end(), body.begin(), body.end());
}

template <class Value>
void add_value(Bytes& bytes, Value value) {
  Bytes stored(sizeof(Value));
  std::memcpy(stored.data(), &value, sizeof(Value));
  bytes.insert(bytes.end(), stored.begin(), stored.end());
}

template <class Value>
Bytes plain(std::initializer_list<Value> values) {
  Bytes bytes;
  for (const Value value : values) add_value(bytes, value);
  return bytes;
}

}  // namespace jetvit::test
