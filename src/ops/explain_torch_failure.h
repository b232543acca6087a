#pragma once

#include <exception>
#include <string>

namespace jetvit {

// As explain_failure, for exceptions of libtorch too: without the backtraces that they carry.
std::string explain_torch_failure(const std::exception& error);

}  // namespace jetvit
