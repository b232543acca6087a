#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace jetvit {

// Builds a tf.train.Example message feature by feature (tensorflow/core/example/{example,feature}.proto).
class Example {
 public:
  void add_bytes(std::string_view name, std::string_view bytes);
  void add_floats(std::string_view name, std::span<const float> values);
  void add_integer(std::string_view name, std::int64_t value);

  std::string message() const;  // the serialized message

 private:
  void add(std::string_view name, int kind, std::string_view value);

  std::string features_;
};

}  // namespace jetvit
