#pragma once

#include <cstddef>
#include <string>

namespace jetvit {

// Lets this process open `more` files in addition to those that are open, and a few that libraries may need: raises its
// soft limit (RLIMIT_NOFILE) where that is too low. Throws Error where the hard limit is too low; it begins with
// `where` and names the limit.
void allow_open_files(std::size_t more, const std::string& where);

}  // namespace jetvit
