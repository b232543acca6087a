#pragma once

#include <string>

#include "app/command_outline.h"

namespace jetvit {

// Scripts that teach a shell to complete the commands and options of `program`, the choices of options that have some,
// and file names everywhere else.
std::string bash_completion(const CommandOutline& program);
std::string zsh_completion(const CommandOutline& program);
std::string fish_completion(const CommandOutline& program);

}  // namespace jetvit
