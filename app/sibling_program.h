#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace jetvit {

// The path of another program of this installation: it is in the folder of the running one.
std::filesystem::path sibling_program(const std::string& name);

// Replaces this process by that program with these arguments. Never returns; throws Error where the program cannot be
// started.
[[noreturn]] void exec_sibling(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace jetvit
