#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.h"

namespace jetvit {

// Reads the thrift compact protocol from foreign bytes: as much of it as Parquet's page headers need. Every read is
// checked against the end; throws Error.
class CompactReader {
 public:
  explicit CompactReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::size_t position() const { return position_; }

  // Calls on_field(id, type) for each field of a struct; the callback returns true where it consumed the value.
  template <class OnField>
  void read_struct(OnField on_field) {
    if (++depth_ > kDepthLimit) throw Error("a page header is nested too deeply");
    std::int16_t id = 0;
    while (true) {
      const std::uint8_t head = read_byte();
      if (head == 0) break;
      const int type = head & 0x0f;
      id = (head >> 4) != 0 ? static_cast<std::int16_t>(id + (head >> 4)) : static_cast<std::int16_t>(read_integer());
      if (!on_field(id, type)) skip(type);
    }
    --depth_;
  }

  std::int64_t read_integer() {  // zigzag
    const std::uint64_t raw = read_varint();
    return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
  }

  static constexpr int kTrue = 1;

 private:
  static constexpr int kDepthLimit = 16;

  std::uint8_t read_byte() {
    if (position_ >= bytes_.size()) throw Error("a page header is cut short");
    return static_cast<std::uint8_t>(bytes_[position_++]);
  }

  std::uint64_t read_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = read_byte();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    throw Error("a page header holds an overlong number");
  }

  void skip_bytes(std::uint64_t count) {
    if (count > bytes_.size() - position_) throw Error("a page header is cut short");
    position_ += count;
  }

  void skip(int type) {
    switch (type) {
      case 1:
      case 2:
        return;  // booleans live in the field's head
      case 3:
        skip_bytes(1);
        return;
      case 4:
      case 5:
      case 6:
        read_varint();
        return;
      case 7:
        skip_bytes(8);
        return;
      case 8:
        skip_bytes(read_varint());
        return;
      case 9:
      case 10:
        skip_list();
        return;
      case 12:
        read_struct([](std::int16_t, int) { return false; });
        return;
      default:
        throw Error("a page header holds an unknown type");
    }
  }

  void skip_list() {
    const std::uint8_t head = read_byte();
    const std::uint64_t count = (head >> 4) == 15 ? read_varint() : head >> 4;
    if (count > bytes_.size() - position_) throw Error("a page header is cut short");
    if (++depth_ > kDepthLimit) throw Error("a page header is nested too deeply");
    for (std::uint64_t item = 0; item < count; ++item) {
      if ((head & 0x0f) <= 2) {
        skip_bytes(1);
      } else {
        skip(head & 0x0f);
      }
    }
    --depth_;
  }

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  int depth_ = 0;
};

}  // namespace jetvit
