#pragma once

#include <string_view>
#include <vector>

namespace jetvit {

// Compresses with isa-l's fastest level, which always gives the same bytes for the same input. Reuses its buffer.
class Deflater {
 public:
  enum class Form {
    kZlib,  // a complete zlib stream (RFC 1950)
    kPart,  // deflate blocks that end on a byte and do not refer to earlier data (RFC 1951); more may follow
  };

  // The compressed bytes, valid until the next call. Throws Error if isa-l fails.
  std::string_view deflate(std::string_view bytes, Form form);

 private:
  std::vector<char> deflated_;
};

}  // namespace jetvit
