#include "base/protobuf.h"

#include <bit>
#include <cstring>

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

namespace jetvit::protobuf {
namespace {

enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void append_tag(std::string& message, int field, WireType type) {
  append_varint(message, static_cast<std::uint64_t>(field << 3 | type));
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
  append_tag(message, field, kVarint);
  append_varint(message, value);
}

void append_double(std::string& message, int field, double value) {
  append_tag(message, field, kFixed64);
  append_raw(message, value);
}

void append_float(std::string& message, int field, float value) {
  append_tag(message, field, kFixed32);
  append_raw(message, value);
}

void append_bytes(std::string& message, int field, std::string_view bytes) {
  append_header(message, field, bytes.size());
  message += bytes;
}

void append_header(std::string& message, int field, std::size_t size) {
  append_tag(message, field, kBytes);
  append_varint(message, size);
}

std::size_t field_size(int field, std::size_t size) {
  std::string header;
  append_header(header, field, size);
  return header.size() + size;
}

}  // namespace jetvit::protobuf
