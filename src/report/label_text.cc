#include "report/label_text.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"

namespace jetvit {
namespace {

std::vector<std::string> characters(std::string_view words) {
  std::vector<std::string> out;
  while (!words.empty()) {
    const Utf8Character next = first_character(words);
    const bool is_control = next.code < 0x20 || next.code == 0x7f;
    out.emplace_back(next.is_valid && !is_control ? words.substr(0, next.size) : "?");
    words.remove_prefix(next.size);
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
