#pragma once

#include <string>

#include "app/command_outline.h"

namespace jetvit {

// The man page (section 1) of a command in roff: jetvit.1 of the program, jetvit-bench-load.1 of `jetvit bench load`.
std::string man_page(const CommandOutline& command, const std::string& version);

}  // namespace jetvit
