#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jetvit {

// One feature of a tf.train.Example (tensorflow/core/example/feature.proto).
struct ExampleFeature {
  std::string name;
  std::vector<std::string_view> bytes;  // views into the message
  std::vector<float> floats;
  std::vector<std::int64_t> integers;
};

// Parses the features of a serialized tf.train.Example, at most 1,024. Throws Error if the message is damaged or has a
// feature twice. The result points into `message`.
std::vector<ExampleFeature> parse_example(std::string_view message);

// The feature with that name, or null.
const ExampleFeature* find_feature(const std::vector<ExampleFeature>& features, std::string_view name);

}  // namespace jetvit
