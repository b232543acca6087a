#include "base/utf8.h"

namespace jetvit {

Utf8Character first_character(std::string_view text) {
  const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  if (byte(0) < 0x80) return {byte(0), 1, true};
  const std::size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  const Utf8Character invalid{byte(0), 1, false};
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < size) return invalid;
  std::uint32_t code = byte(0) & (0x7fU >> size);
  for (std::size_t index = 1; index < size; ++index) {
    if ((byte(index) & 0xc0) != 0x80) return invalid;
    code = code << 6 | (byte(index) & 0x3fU);
  }
  const bool too_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  const bool is_surrogate = code >= 0xd800 && code < 0xe000;
  return too_long || is_surrogate || code > 0x10ffff ? invalid : Utf8Character{code, size, true};
}

}  // namespace jetvit
