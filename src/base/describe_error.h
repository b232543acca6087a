#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace jetvit {

// The message for the user: the text of the exception or, if memory ran out, what to do about it.
std::string describe_error(const std::exception& error);

// "not enough memory<detail> (use ...)"
std::string not_enough_memory(std::string_view detail);

}  // namespace jetvit
