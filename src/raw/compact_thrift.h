#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

// Reads the Thrift compact protocol from untrusted bytes, as far as Parquet's footers and page headers need it. Every
// read is checked against the end of the data, and every length against the remaining bytes. All reading functions
// throw Error on damaged data.
class CompactReader {
 public:
  static constexpr int kTrue = 1;  // types of fields and list items
  static constexpr int kStruct = 12;

  struct Field {
    std::int16_t id = 0;
    int type = 0;
  };

  // `what` names the data in messages: "a page header".
  CompactReader(std::span<const std::byte> bytes, const char* what) : window_(bytes), what_(what) {}

  // Reads `size` bytes that `next_window` returns piece by piece. A piece must stay valid until the next call.
  CompactReader(std::uint64_t size, std::function<std::span<const std::byte>()> next_window, const char* what)
      : after_(size), next_window_(std::move(next_window)), what_(what) {}

  std::uint64_t position() const { return before_ + at_; }

  // Reads the header of the next field of the current struct. Returns false at the end of the struct. `field` keeps the
  // state between calls: use a new one for each struct. The caller must read or skip the value.
  bool next_field(Field& field) {
    const std::uint8_t head = read_byte();
    if (head == 0) return false;
    field.type = head & 0x0f;
    field.id = (head >> 4) != 0 ? static_cast<std::int16_t>(field.id + (head >> 4))
                                : static_cast<std::int16_t>(read_integer());
    return true;
  }

  // Calls on_field(id, type) for each field of a struct. The callback returns true if it consumed the value.
  template <class OnField>
  void read_struct(OnField on_field) {
    enter();
    Field field;
    while (next_field(field)) {
      if (!on_field(field.id, field.type)) skip(field.type);
    }
    --depth_;
  }

  // Reads the head of a list and returns its number of items. Throws Error unless they have type `type`.
  std::uint64_t read_list_head(int type) {
    const auto [count, items] = read_any_list_head();
    if (items != type && count > 0) throw Error(text(what_, " holds a list of an unexpected type"));
    return count;
  }

  std::int64_t read_integer() {  // zigzag
    const std::uint64_t raw = read_varint();
    return static_cast<std::int64_t>(raw >> 1) ^ -static_cast<std::int64_t>(raw & 1);
  }

  std::string read_string(std::size_t limit) {
    const std::uint64_t length = read_varint();
    if (length > limit || length > left()) throw Error(text(what_, " holds an overlong name (", length, " bytes)"));
    std::string value(length, '\0');
    for (char& letter : value) letter = static_cast<char>(read_byte());
    return value;
  }

  void skip(int type) {
    switch (type) {
      case 1:
      case 2:
        return;  // the field header contains the value of a boolean
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
      case kStruct:
        read_struct([](std::int16_t, int) { return false; });
        return;
      default:
        throw Error(text(what_, " holds an unknown type"));
    }
  }

 private:
  static constexpr int kDepthLimit = 16;

  std::uint64_t left() const { return after_ + (window_.size() - at_); }

  void enter() {
    if (++depth_ > kDepthLimit) throw Error(text(what_, " is nested too deeply"));
  }

  // Makes the window hold at least one more byte.
  void refill() {
    while (at_ == window_.size()) {
      if (after_ == 0) throw Error(text(what_, " is cut short"));
      before_ += window_.size();
      window_ = next_window_();
      after_ -= window_.size();
      at_ = 0;
    }
  }

  std::uint8_t read_byte() {
    if (at_ == window_.size()) refill();
    return static_cast<std::uint8_t>(window_[at_++]);
  }

  std::uint64_t read_varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = read_byte();
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    throw Error(text(what_, " holds an overlong number"));
  }

  void skip_bytes(std::uint64_t count) {
    if (count > left()) throw Error(text(what_, " is cut short"));
    while (count > window_.size() - at_) {
      count -= window_.size() - at_;
      at_ = window_.size();
      refill();
    }
    at_ += count;
  }

  std::pair<std::uint64_t, int> read_any_list_head() {
    const std::uint8_t head = read_byte();
    const std::uint64_t count = (head >> 4) == 15 ? read_varint() : head >> 4;
    if (count > left()) throw Error(text(what_, " is cut short"));
    return {count, head & 0x0f};
  }

  void skip_list() {
    const auto [count, type] = read_any_list_head();
    enter();
    for (std::uint64_t item = 0; item < count; ++item) {
      if (type <= 2) {
        skip_bytes(1);
      } else {
        skip(type);
      }
    }
    --depth_;
  }

  std::span<const std::byte> window_;
  std::size_t at_ = 0;        // position in the window
  std::uint64_t before_ = 0;  // bytes before the window
  std::uint64_t after_ = 0;   // bytes after the window
  std::function<std::span<const std::byte>()> next_window_;
  const char* what_;
  int depth_ = 0;
};

}  // namespace jetvit
