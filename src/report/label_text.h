#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace jetvit {

// `words` as they can be drawn: bytes that are no UTF-8 and control characters become "?". Names of observers and runs
// are of foreign origin.
std::string drawable(std::string_view words);

// At most `count` characters of drawable `words`, the middle replaced by "…" where there are more: the ends of paths
// tell them apart.
std::string shortened(std::string_view words, std::size_t count);

// Characters of drawable `words`.
std::size_t character_count(std::string_view words);

// A tick's number with the digits that its `step` needs: "0.25", "1500", "2.5e-6"; a true minus sign.
std::string tick_text(double value, double step);

}  // namespace jetvit
