#include "train/event_file.h"

#include <bit>
#include <cstring>
#include <limits>

#include <isa-l/crc.h>

#include "base/error.h"

static_assert(std::endian::native == std::endian::little, "the framing is written as it lies in memory");

namespace jetvit {
namespace {

// Wire types of protobuf.
constexpr int kVarint = 0;
constexpr int kFixed64 = 1;
constexpr int kBytes = 2;
constexpr int kFixed32 = 5;

template <class Value>
void append_raw(std::string& out, Value value) {
  char bytes[sizeof(Value)];
  std::memcpy(bytes, &value, sizeof(Value));
  out.append(bytes, sizeof(Value));
}

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void append_tag(std::string& out, int field, int wire_type) {
  append_varint(out, static_cast<std::uint64_t>(field << 3 | wire_type));
}

void append_bytes(std::string& out, int field, std::string_view bytes) {
  append_tag(out, field, kBytes);
  append_varint(out, bytes.size());
  out += bytes;
}

// Fields of Event: 1 wall_time, 2 step, 3 file_version, 5 summary.
std::string event_with_time(double wall_time) {
  std::string event;
  append_tag(event, 1, kFixed64);
  append_raw(event, wall_time);
  return event;
}

}  // namespace

std::uint32_t masked_crc32c(std::span<const std::byte> bytes) {
  if (bytes.size() > std::numeric_limits<int>::max()) throw Error("an event record is larger than 2 GB");
  // isa-l's argument is not const but only read.
  auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
  const std::uint32_t crc = ~crc32_iscsi(data, static_cast<int>(bytes.size()), ~0U);
  return std::rotr(crc, 15) + 0xa282ead8U;
}

std::string tf_record(std::string_view data) {
  std::string record;
  append_raw(record, static_cast<std::uint64_t>(data.size()));
  const std::uint32_t length_crc = masked_crc32c(std::as_bytes(std::span(record)));
  append_raw(record, length_crc);
  record += data;
  append_raw(record, masked_crc32c(std::as_bytes(std::span(data))));
  return record;
}

std::string event_file_header(double wall_time) {
  std::string event = event_with_time(wall_time);
  append_bytes(event, 3, "brain.Event:2");
  return tf_record(event);
}

std::string scalar_event(double wall_time, std::int64_t step,
                         const std::vector<std::pair<std::string, double>>& scalars) {
  std::string summary;
  for (const auto& [tag, value] : scalars) {
    std::string scalar;  // Summary.Value: 1 tag, 2 simple_value
    append_bytes(scalar, 1, tag);
    append_tag(scalar, 2, kFixed32);
    append_raw(scalar, static_cast<float>(value));
    append_bytes(summary, 1, scalar);
  }
  std::string event = event_with_time(wall_time);
  append_tag(event, 2, kVarint);
  append_varint(event, static_cast<std::uint64_t>(step));
  append_bytes(event, 5, summary);
  return tf_record(event);
}

}  // namespace jetvit
