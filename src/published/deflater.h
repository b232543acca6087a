#pragma once

#include <string_view>
#include <vector>

namespace jetvit {

// Compresses by isa-l's fastest level, which gives the same bytes for the same input; keeps its buffer from call to
// call.
class Deflater {
 public:
  enum class Form {
    kZlib,  // a whole zlib stream (RFC 1950)
    kPart,  // deflate blocks that end on a byte and look at nothing before them (RFC 1951): others may follow
  };

  // The compressed bytes, until the next call. Throws Error where isa-l fails.
  std::string_view deflate(std::string_view bytes, Form form);

 private:
  std::vector<char> deflated_;
};

}  // namespace jetvit
