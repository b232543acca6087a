#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace jetvit {

// Where a program of this installation lies: in the folder of the one that runs.
std::filesystem::path program_beside(const std::string& name);

// Lets that program take the place of this one, with these arguments behind its name. Returns never; throws Error where
// it cannot be started.
[[noreturn]] void become(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace jetvit
