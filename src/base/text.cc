#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <signal.h>
#include <string.h>  // strverscmp

#include "base/error.h"
#include "base/utf8.h"

namespace jetvit {
namespace {

template <class Number, class... Format>
void append_number(std::string& out, Number value, Format... format) {
  std::array<char, 400> buffer{};
  const auto [end, status] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...);
  out.append(buffer.data(), end);
}

template <class Number>
Number parse_number(std::string_view word, std::string_view what, std::string_view kind) {
  Number value{};
  const char* end = word.data() + word.size();
  const auto [stop, status] = std::from_chars(word.data(), end, value);
  if (status != std::errc() || stop != end) {
    throw UsageError(text(what, ": \"", printable(word), "\" is not ", kind));
  }
  return value;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

constexpr std::uint32_t kNotUtf8 = 0xdc00;  // added to such a byte: half of a surrogate pair, which no text holds

struct CodeRange {
  std::uint32_t first, last;
};

// What a terminal does not show as a letter of its own: control characters (C0, DEL, C1), separators of lines and
// paragraphs, and of Unicode 15 Default_Ignorable_Code_Point and the format characters (Cf) that are not visible.
constexpr std::array<CodeRange, 20> kUnsafe = {
    {{0x00, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},       {0x34f, 0x34f},     {0x61c, 0x61c},
     {0x115f, 0x1160}, {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x200b, 0x200f},   {0x2028, 0x202e},
     {0x2060, 0x206f}, {0x3164, 0x3164},   {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
     {0xfff0, 0xfffb}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}}};

bool is_unsafe(std::uint32_t code) {
  return std::any_of(kUnsafe.begin(), kUnsafe.end(),
                     [code](const CodeRange& range) { return code >= range.first && code <= range.last; });
}

void append_escape(std::string& out, std::uint32_t code) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.append({'\\', 'u', kHex[code >> 12], kHex[code >> 8 & 15], kHex[code >> 4 & 15], kHex[code & 15]});
}

// `shown` with \uXXXX for what is unsafe or not UTF-8 (a surrogate pair where it has more than 16 bits, as in JSON);
// those in `kept` stay.
std::string escaped(std::string_view shown, std::string_view kept) {
  std::string out;
  out.reserve(shown.size());
  while (!shown.empty()) {
    const Utf8Character next = first_character(shown);
    if (next.is_valid && (!is_unsafe(next.code) || kept.find(shown.front()) != std::string_view::npos)) {
      out.append(shown.substr(0, next.size));
    } else {
      const std::uint32_t code = next.is_valid ? next.code : kNotUtf8 + next.code;
      if (code > 0xffff) append_escape(out, 0xd7c0 + (code >> 10));  // 0xd800 - (0x10000 >> 10)
      append_escape(out, code > 0xffff ? 0xdc00 + (code & 0x3ff) : code);
    }
    shown.remove_prefix(next.size);
  }
  return out;
}

}  // namespace

Interrupted::Interrupted(int signal)
    : Error(signal == SIGALRM ? "stopped at the time limit" : text("stopped by signal ", signal)), signal_(signal) {}

void append_text(std::string& out, std::string_view part) {
  out.append(part);
}
void append_text(std::string& out, char part) {
  out.push_back(part);
}
void append_text(std::string& out, bool part) {
  out.append(part ? "true" : "false");
}
void append_text(std::string& out, double part) {
  append_number(out, part);
}
void append_text(std::string& out, float part) {
  append_number(out, part);
}
void append_text(std::string& out, long long part) {
  append_number(out, part);
}
void append_text(std::string& out, unsigned long long part) {
  append_number(out, part);
}

std::string fixed(double value, int digits) {
  std::string out;
  append_number(out, value, std::chars_format::fixed, digits);
  if (out.starts_with('-') && out.find_first_not_of("-0.") == std::string::npos) out.erase(0, 1);
  return out;
}

std::string significant(double value, int digits) {
  std::string out;
  append_number(out, value, std::chars_format::general, digits);
  return out;
}

std::string with_commas(unsigned long long value) {
  std::string out = text(value);
  for (auto position = static_cast<long>(out.size()) - 3; position > 0; position -= 3) {
    out.insert(static_cast<std::size_t>(position), ",");
  }
  return out;
}

std::string human_bytes(double bytes) {
  const std::array<const char*, 5> units = {" B", " kB", " MB", " GB", " TB"};
  std::size_t unit = 0;
  while (bytes >= 1000 && unit + 1 < units.size()) {
    bytes /= 1000;
    ++unit;
  }
  return text(fixed(bytes, unit == 0 ? 0 : 1), units[unit]);
}

std::string human_seconds(double seconds) {
  if (seconds < 60) return text(fixed(seconds, 1), " s");
  const auto whole = static_cast<long long>(std::llround(seconds));
  const auto two_digits = [](long long value) { return text(value < 10 ? "0" : "", value); };
  if (whole < 3600) return text(whole / 60, ":", two_digits(whole % 60));
  return text(whole / 3600, ":", two_digits(whole / 60 % 60), ":", two_digits(whole % 60));
}

double parse_double(std::string_view word, std::string_view what) {
  return parse_number<double>(word, what, "a number");
}

long long parse_integer(std::string_view word, std::string_view what) {
  return parse_number<long long>(word, what, "a whole number");
}

std::string lower_case(std::string word) {
  for (char& letter : word) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return word;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  std::string out;
  for (const std::string& word : words) {
    if (&word != &words.front()) out.append(separator);
    out.append(word);
  }
  return out;
}

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string sizes_text(const std::vector<std::int64_t>& sizes) {
  std::vector<std::string> words;
  for (const std::int64_t size : sizes) words.push_back(text(size));
  return join(words, " x ");
}

bool natural_less(const std::string& a, const std::string& b) {
  return ::strverscmp(a.c_str(), b.c_str()) < 0;
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string terminal_safe(std::string_view shown) {
  return escaped(shown, "\n\t");
}

std::string one_line(std::string_view shown) {
  return escaped(shown, "");
}

std::string printable(std::string_view name) {
  constexpr std::size_t kMost = 200;
  return one_line(name.substr(0, kMost)) + (name.size() > kMost ? "..." : "");
}

}  // namespace jetvit
