#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace jetvit {

// What to tell the user of an exception: of ours its own words, of a failed request for memory what to do.
std::string explain_failure(const std::exception& error);

// "there is not enough memory<detail> (...)"
std::string not_enough_memory(std::string_view detail);

}  // namespace jetvit
