#include "base/protobuf.h"

#include <bit>
#include <cstring>

#include "base/error.h"

static_assert(std::endian::native == std::endian::little, "numbers are written as they are in memory");

namespace jetvit::protobuf {
namespace {

void append_tag(std::string& message, int field, WireType type) {
  append_varint(message, static_cast<std::uint64_t>(field << 3 | static_cast<int>(type)));
}

template <class Value>
void append_raw(std::string& message, Value value) {
  char bytes[sizeof(Value)];
  std::memcpy(bytes, &value, sizeof(Value));
  message.append(bytes, sizeof(Value));
}

}  // namespace

void append_varint(std::string& message, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) message.push_back(static_cast<char>(value | 0x80));
  message.push_back(static_cast<char>(value));
}

void append_unsigned(std::string& message, int field, std::uint64_t value) {
  append_tag(message, field, WireType::kVarint);
  append_varint(message, value);
}

void append_double(std::string& message, int field, double value) {
  append_tag(message, field, WireType::kFixed64);
  append_raw(message, value);
}

void append_float(std::string& message, int field, float value) {
  append_tag(message, field, WireType::kFixed32);
  append_raw(message, value);
}

void append_bytes(std::string& message, int field, std::string_view bytes) {
  append_header(message, field, bytes.size());
  message += bytes;
}

void append_header(std::string& message, int field, std::size_t size) {
  append_tag(message, field, WireType::kBytes);
  append_varint(message, size);
}

std::size_t field_size(int field, std::size_t size) {
  std::string header;
  append_header(header, field, size);
  return header.size() + size;
}

std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (bytes.empty()) throw Error("a message is cut short");
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return value;
  }
  throw Error("a number in a message is longer than 64 bits");
}

bool FieldReader::next() {
  if (rest_.empty()) return false;
  const std::uint64_t tag = take_varint(rest_);
  field_ = tag >> 3;
  type_ = static_cast<WireType>(tag & 7U);
  std::uint64_t size = 0;
  switch (type_) {
    case WireType::kVarint:
      number_ = take_varint(rest_);
      break;
    case WireType::kFixed64:
      size = 8;
      break;
    case WireType::kFixed32:
      size = 4;
      break;
    case WireType::kBytes:
      size = take_varint(rest_);
      break;
    default:
      throw Error("a message has a field of an unknown kind");
  }
  if (size > rest_.size()) throw Error("a message is cut short");
  bytes_ = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

}  // namespace jetvit::protobuf
