#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace jetvit {

// Makes `words` safe to draw: invalid UTF-8 and control characters are replaced by "?". Names of observers and runs are
// untrusted.
std::string drawable(std::string_view words);

// drawable(words), shortened to at most `count` characters by replacing the middle with "…". Paths usually differ at
// their ends.
std::string shortened(std::string_view words, std::size_t count);

// Number of characters of drawable(words).
std::size_t character_count(std::string_view words);

// The label of a tick, with the digits that its `step` requires: "0.25", "1500", "2.5e-6". Uses a true minus sign.
std::string tick_text(double value, double step);

}  // namespace jetvit
