#include "tfrecord/example_builder.h"

#include "base/protobuf.h"
#include "tfrecord/example_fields.h"

namespace jetvit {
// Appends an entry {1: name, 2: Feature {kind: List {1: value}}} to Features.feature (1). The lengths are computed from
// the innermost message outward.
void Example::add(std::string_view name, int kind, std::string_view value) {
  using protobuf::field_size;
  const std::size_t list = field_size(kValue, value.size());
  const std::size_t feature = field_size(kind, list);
  protobuf::append_header(features_, 1, field_size(1, name.size()) + field_size(2, feature));
  protobuf::append_bytes(features_, 1, name);
  protobuf::append_header(features_, 2, feature);
  protobuf::append_header(features_, kind, list);
  protobuf::append_bytes(features_, kValue, value);
}

void Example::add_bytes(std::string_view name, std::string_view bytes) {
  add(name, kBytesList, bytes);
}

void Example::add_floats(std::string_view name, std::span<const float> values) {
  add(name, kFloatList, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});  // packed
}

void Example::add_integer(std::string_view name, std::int64_t value) {
  std::string packed;
  protobuf::append_varint(packed, static_cast<std::uint64_t>(value));
  add(name, kInt64List, packed);
}

std::string Example::message() const {
  std::string message;
  protobuf::append_bytes(message, 1, features_);
  return message;
}

}  // namespace jetvit
