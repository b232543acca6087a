#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace jetvit {

// Compresses by isa-l's fastest level that looks for repeats; keeps its buffers from call to call.
class Deflater {
 public:
  enum class Form {
    kZlib,  // a whole zlib stream (RFC 1950)
    kPart,  // deflate blocks that end on a byte and look at nothing before them (RFC 1951): others may follow
  };

  // The compressed bytes, until the next call. Throws Error where isa-l fails.
  std::string_view deflate(std::string_view bytes, Form form);

 private:
  std::vector<std::uint8_t> level_;
  std::vector<char> deflated_;
};

}  // namespace jetvit
