#pragma once

#include <exception>
#include <string>

namespace jetvit {

// Like describe_error(), but also for exceptions of libtorch, whose backtraces are left out.
std::string describe_torch_error(const std::exception& error);

}  // namespace jetvit
