#include "tfrecord/example_parser.h"

#include <cstring>

#include "base/error.h"
#include "base/protobuf.h"
#include "base/text.h"
#include "tfrecord/example_fields.h"

namespace jetvit {
namespace {

using protobuf::FieldReader;
using protobuf::WireType;

constexpr std::size_t kFeatureLimit = 1024;
static_assert(kBytesList == static_cast<int>(ExampleFeature::Kind::kBytes) &&
              kFloatList == static_cast<int>(ExampleFeature::Kind::kFloat) &&
              kInt64List == static_cast<int>(ExampleFeature::Kind::kInt64));

void append_floats(std::string_view packed, std::vector<float>& floats) {
  if (packed.size() % sizeof(float) != 0) throw Error("a list of floats is cut short");
  const std::size_t before = floats.size();
  floats.resize(before + packed.size() / sizeof(float));
  if (!packed.empty()) std::memcpy(floats.data() + before, packed.data(), packed.size());
}

void parse_list(std::uint64_t kind, std::string_view message, ExampleFeature& feature) {
  FieldReader list(message);
  while (list.next()) {
    if (list.field() != kValue) continue;
    if (kind == kBytesList && list.type() == WireType::kBytes) {
      feature.bytes.push_back(list.bytes());
    } else if (kind == kFloatList && (list.type() == WireType::kBytes || list.type() == WireType::kFixed32)) {
      append_floats(list.bytes(), feature.floats);  // packed, or a single value
    } else if (kind == kInt64List && list.type() == WireType::kVarint) {
      feature.integers.push_back(static_cast<std::int64_t>(list.number()));
    } else if (kind == kInt64List && list.type() == WireType::kBytes) {
      std::string_view packed = list.bytes();
      while (!packed.empty()) feature.integers.push_back(static_cast<std::int64_t>(protobuf::take_varint(packed)));
    } else {
      throw Error(text("feature ", printable(feature.name), " holds values of a wrong type"));
    }
  }
}

void parse_feature(std::string_view message, ExampleFeature& feature) {
  FieldReader fields(message);
  while (fields.next()) {
    for (const std::uint64_t kind : {kBytesList, kFloatList, kInt64List}) {
      if (!fields.is_bytes(kind)) continue;
      const auto found = static_cast<ExampleFeature::Kind>(kind);
      if (feature.kind != ExampleFeature::Kind::kNone && feature.kind != found) {
        throw Error(text("feature ", printable(feature.name), " has two types"));
      }
      feature.kind = found;
      parse_list(kind, fields.bytes(), feature);
    }
  }
}

// An entry of the map Features.feature: {1: name, 2: Feature}.
ExampleFeature parse_entry(std::string_view message) {
  ExampleFeature feature;
  std::string_view value;
  FieldReader entry(message);
  while (entry.next()) {
    if (entry.is_bytes(1)) feature.name = entry.bytes();
    if (entry.is_bytes(2)) value = entry.bytes();
  }
  parse_feature(value, feature);
  return feature;
}

}  // namespace

std::vector<ExampleFeature> parse_example(std::string_view message) {
  std::vector<ExampleFeature> features;
  FieldReader example(message);
  while (example.next()) {
    if (example.is_bytes(2)) throw Error("is a tf.train.SequenceExample (a tf.train.Example is expected)");
    if (!example.is_bytes(1)) continue;
    FieldReader entries(example.bytes());
    while (entries.next()) {
      if (!entries.is_bytes(1)) continue;
      if (features.size() == kFeatureLimit) throw Error(text("more than ", kFeatureLimit, " features"));
      ExampleFeature feature = parse_entry(entries.bytes());
      if (find_feature(features, feature.name) != nullptr) {
        throw Error(text("feature ", printable(feature.name), " occurs twice"));
      }
      features.push_back(std::move(feature));
    }
  }
  return features;
}

const char* kind_text(ExampleFeature::Kind kind) {
  switch (kind) {
    case ExampleFeature::Kind::kBytes:
      return "a bytes list";
    case ExampleFeature::Kind::kFloat:
      return "a float list";
    case ExampleFeature::Kind::kInt64:
      return "an int64 list";
    case ExampleFeature::Kind::kNone:
      break;
  }
  return "empty";
}

const ExampleFeature* find_feature(const std::vector<ExampleFeature>& features, std::string_view name) {
  for (const ExampleFeature& feature : features) {
    if (feature.name == name) return &feature;
  }
  return nullptr;
}

}  // namespace jetvit
