#pragma once

#include <string>
#include <string_view>

namespace jetvit {

// A message of the library for users of the command line: names of options, which the library writes as
// `zero_threshold`, become flags, --zero-threshold. Other words in backquotes stay.
std::string with_flags(std::string_view message);

}  // namespace jetvit
