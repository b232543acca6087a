#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace jetvit {

// A character of UTF-8 text (RFC 3629: shortest form, no surrogates), or one byte that belongs to none.
struct Utf8Character {
  std::uint32_t code = 0;  // where it is not valid, the byte
  std::size_t size = 1;    // bytes
  bool is_valid = true;
};

// The first character of text that is not empty.
Utf8Character first_character(std::string_view text);

}  // namespace jetvit
