#include "model/layers/option_checks.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

// "a, b and c"
std::string listed(std::vector<std::string> words) {
  if (words.size() < 2) return join(words, "");
  const std::string last = words.back();
  words.pop_back();
  return text(join(words, ", "), " and ", last);
}

// "nearest: 96 or 128": those of the two numbers that are within the range.
std::string nearest(int below, std::int64_t above, const Range& allowed) {
  std::vector<std::string> fitting;
  for (const std::int64_t number : {std::int64_t{below}, above}) {
    const auto value = static_cast<double>(number);
    if (value >= allowed.low && value <= allowed.high) fitting.push_back(text(number));
  }
  if (fitting.empty()) return text("none from ", allowed.low, " to ", allowed.high, " is");
  return text("nearest: ", join(fitting, " or "));
}

// The nearest divisors of `count` below and above `divisor`, which is not a divisor itself.
std::string nearest_divisors(int count, int divisor, const Range& allowed) {
  int below = std::min(divisor, count);
  while (count % below != 0) --below;
  int above = divisor + 1;
  while (above <= count && count % above != 0) ++above;
  return nearest(below, above <= count ? above : 0, allowed);
}

}  // namespace

void check_stages(const char* model, std::initializer_list<StageList> lists) {
  constexpr std::size_t kMost = 16;  // widths that double with each stage do not overflow
  std::vector<std::string> keys, lengths;
  bool fits = true;
  for (const StageList& list : lists) {
    keys.emplace_back(list.key);
    lengths.push_back(text(list.length));
    fits = fits && list.length == lists.begin()->length && list.length > 0 && list.length <= kMost;
  }
  if (fits) return;
  throw UsageError(text(model, ": ", listed(keys), " describe ", listed(lengths), " stages (give ",
                        keys.size() > 1 ? "each the same number, " : "", "1 to ", kMost, ")"));
}

void check_multiple(const char* model, const std::string& key, int value, int multiple, const Range& allowed,
                    const std::string& reason) {
  if (value % multiple == 0) return;
  const int below = value / multiple * multiple;
  throw OptionError(
      key, text(model, ": ", key, " = ", value, " is not a multiple of ", reason.empty() ? text(multiple) : reason,
                " (", nearest(below, std::int64_t{below} + multiple, allowed), ")"));
}

void check_divides(const char* model, const char* key, int divisor, const Range& allowed,
                   const std::vector<Channels>& places) {
  int common = 0;
  for (const Channels& place : places) common = std::gcd(common, place.count);
  for (const Channels& place : places) {
    if (place.count % divisor == 0) continue;
    throw UsageError(text(model, ": ", key, " = ", divisor, " does not divide the ", place.count, " channels of ",
                          place.where, " (", nearest_divisors(common, divisor, allowed), ")"));
  }
}

}  // namespace jetvit
