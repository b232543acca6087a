#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// Formats and parses text and numbers, independent of the locale.
namespace jetvit {

void append_text(std::string& out, std::string_view part);
void append_text(std::string& out, char part);
void append_text(std::string& out, bool part);
void append_text(std::string& out, double part);  // shortest form that reads back equal
void append_text(std::string& out, float part);
void append_text(std::string& out, long long part);
void append_text(std::string& out, unsigned long long part);

// Concatenates its arguments: text("row ", 7, ": ", 0.1) == "row 7: 0.1".
template <class... Parts>
std::string text(const Parts&... parts) {
  std::string out;
  const auto append = [&out](const auto& part) {
    using Kind = std::decay_t<decltype(part)>;
    if constexpr (std::same_as<Kind, std::filesystem::path>) {
      append_text(out, std::string_view(part.native()));
    } else if constexpr (std::same_as<Kind, bool> || std::same_as<Kind, char> || std::floating_point<Kind>) {
      append_text(out, part);
    } else if constexpr (std::signed_integral<Kind>) {
      append_text(out, static_cast<long long>(part));
    } else if constexpr (std::unsigned_integral<Kind>) {
      append_text(out, static_cast<unsigned long long>(part));
    } else {
      append_text(out, std::string_view(part));
    }
  };
  (append(parts), ...);
  return out;
}

// Formats with a fixed number of decimals: fixed(0.8146, 2) == "0.81".
std::string fixed(double value, int digits);

// Formats with a number of significant digits, with an exponent where that is shorter: significant(3.21e-8, 2) ==
// "3.2e-08".
std::string significant(double value, int digits);

// 1234567 -> "1,234,567"
std::string with_commas(unsigned long long value);

// 1536 -> "1.5 kB" (decimal units).
std::string human_bytes(double bytes);

// 3725 -> "1:02:05", 65 -> "1:05"; below a minute: 4.25 -> "4.2 s".
std::string human_seconds(double seconds);

// Parses all of `word` as a number. Throws UsageError naming `what` if it is not a number.
double parse_double(std::string_view word, std::string_view what);
long long parse_integer(std::string_view word, std::string_view what);

// "Jets.PNG" -> "jets.png": the letters A to Z alone.
std::string lower_case(std::string word);

std::string join(const std::vector<std::string>& words, std::string_view separator);
bool contains(const std::vector<std::string>& words, std::string_view word);

// {8, 28, 28} -> "8 x 28 x 28"
std::string sizes_text(const std::vector<std::int64_t>& sizes);

// Whether `a` precedes `b` in natural order: jets_2 before jets_10.
bool natural_less(const std::string& a, const std::string& b);

// The candidate closest to `word` by edit distance, or "" if none is close. For "did you mean ...?".
std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates);

// `shown` made safe for a terminal: control characters (of C0 but newline and tab, DEL, C1), those that are invisible
// or change the direction or the lines of text (Unicode's Default_Ignorable_Code_Point, Cf, U+2028, U+2029) and
// bytes that are not UTF-8 are escaped as \u001b, also within JSON. A character that is cut off at the end counts as
// not UTF-8.
std::string terminal_safe(std::string_view shown);

// The same for what must not spread over several lines: newlines and tabs are escaped too.
std::string one_line(std::string_view shown);

// The same for a name within a message: only the first 200 bytes are kept.
std::string printable(std::string_view name);

}  // namespace jetvit
