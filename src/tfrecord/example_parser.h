#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jetvit {

// One feature of a tf.train.Example (tensorflow/core/example/feature.proto).
struct ExampleFeature {
  enum class Kind : std::uint8_t { kNone, kBytes, kFloat, kInt64 };

  std::string name;
  Kind kind = Kind::kNone;              // the type of its list, even if it is empty
  std::vector<std::string_view> bytes;  // views into the message
  std::vector<float> floats;
  std::vector<std::int64_t> integers;

  std::size_t size() const { return bytes.size() + floats.size() + integers.size(); }
};

// "a float list"
const char* kind_text(ExampleFeature::Kind kind);

// Parses the features of a serialized tf.train.Example, at most 1,024. Throws Error if the message is damaged, is a
// tf.train.SequenceExample, or has a feature twice or of two types. The result points into `message`.
std::vector<ExampleFeature> parse_example(std::string_view message);

// The feature with that name, or null.
const ExampleFeature* find_feature(const std::vector<ExampleFeature>& features, std::string_view name);

}  // namespace jetvit
