#include "report/label_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/text.h"

namespace jetvit {
namespace {

// Length in bytes of the UTF-8 character at the start of `words` (RFC 3629: shortest form, no surrogates); 0 if it is
// invalid or a control character.
std::size_t character_length(std::string_view words) {
  const auto byte = [&](std::size_t at) {
    return at < words.size() ? static_cast<unsigned char>(words[at]) : static_cast<unsigned char>(0);
  };
  const auto continues = [&](std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < to; ++at) {
      if ((byte(at) & 0xc0) != 0x80) return false;
    }
    return true;
  };
  const unsigned char first = byte(0);
  const unsigned char second = byte(1);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  if (first >= 0xc2 && first <= 0xdf) return continues(1, 2) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const bool overlong = first == 0xe0 && second < 0xa0;
    const bool surrogate = first == 0xed && second > 0x9f;
    return !overlong && !surrogate && continues(1, 3) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const bool overlong = first == 0xf0 && second < 0x90;
    const bool beyond = first == 0xf4 && second > 0x8f;
    return !overlong && !beyond && continues(1, 4) ? 4 : 0;
  }
  return 0;
}

std::vector<std::string> characters(std::string_view words) {
  std::vector<std::string> out;
  while (!words.empty()) {
    const std::size_t length = character_length(words);
    out.emplace_back(length > 0 ? words.substr(0, length) : "?");
    words.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

}  // namespace

std::string drawable(std::string_view words) {
  return join(characters(words), "");
}

std::size_t character_count(std::string_view words) {
  return characters(words).size();
}

std::string shortened(std::string_view words, std::size_t count) {
  const std::vector<std::string> all = characters(words);
  if (all.size() <= count || count < 3) return join(all, "");
  const auto head = static_cast<std::ptrdiff_t>((count - 1) / 2);
  const auto tail = static_cast<std::ptrdiff_t>(count - 1) - head;
  return text(join({all.begin(), all.begin() + head}, ""), "…", join({all.end() - tail, all.end()}, ""));
}

std::string tick_text(double value, double step) {
  if (std::abs(value) < 1e-6 * step) return "0";
  const auto decade = [](double number) { return static_cast<int>(std::floor(std::log10(number) + 1e-9)); };
  const int digits = std::max(0, -decade(step));
  const int exponent = decade(std::abs(value));
  std::string words;
  if (std::abs(value) < 1e5 && digits <= 4) {
    words = fixed(std::abs(value), digits);
  } else {
    const int mantissa_digits = std::clamp(exponent - decade(step), 0, 6);
    words = text(fixed(std::abs(value) / std::pow(10, exponent), mantissa_digits), "e", exponent);
  }
  return value < 0 ? text("−", words) : words;
}

}  // namespace jetvit
