#include "tfrecord/tf_record.h"

#include <bit>
#include <cstring>
#include <limits>

#include <isa-l/crc.h>

#include "base/error.h"

static_assert(std::endian::native == std::endian::little, "the framing is written as it is in memory");

namespace jetvit {
namespace {

template <class Value>
void append_raw(std::string& out, Value value) {
  char bytes[sizeof(Value)];
  std::memcpy(bytes, &value, sizeof(Value));
  out.append(bytes, sizeof(Value));
}

}  // namespace

std::uint32_t masked_crc32c(std::span<const std::byte> bytes) {
  if (bytes.size() > std::numeric_limits<int>::max()) throw Error("a TFRecord is larger than 2 GB");
  // isa-l only reads this argument, although it is not const.
  auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
  const std::uint32_t crc = ~crc32_iscsi(data, static_cast<int>(bytes.size()), ~0U);
  return std::rotr(crc, 15) + 0xa282ead8U;
}

std::string tf_record(std::string_view data) {
  std::string record;
  record.reserve(data.size() + 16);
  append_raw(record, static_cast<std::uint64_t>(data.size()));
  const std::uint32_t length_crc = masked_crc32c(std::as_bytes(std::span(record)));
  append_raw(record, length_crc);
  record += data;
  append_raw(record, masked_crc32c(std::as_bytes(std::span(data))));
  return record;
}

}  // namespace jetvit
