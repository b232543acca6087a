#pragma once

#include <exception>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/explain_failure.h"

namespace CLI {
class App;
}

namespace jetvit {

using AddCommand = void (*)(CLI::App&);

// What is said of an exception.
using Explain = std::string (*)(const std::exception&);

// Parses the arguments with these commands, runs the one that was named and returns the exit status: 0, 1 for errors, 2
// for mistakes on the command line, 128 + signal where it was interrupted.
int run_program(int argc, char** argv, std::span<const AddCommand> commands, Explain explain = &explain_failure);

// run() with its exceptions turned into messages and exit statuses.
int report_failures(const std::function<int()>& run, Explain explain = &explain_failure);

// The words with which this process was started.
std::vector<std::string> command_line();

}  // namespace jetvit
