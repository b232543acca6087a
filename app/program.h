#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace jetvit {

using AddCommand = void (*)(CLI::App&);

// Parses the arguments with these commands, runs the one that was named and returns the exit status: 0, 1 for errors, 2
// for mistakes on the command line, 128 + signal where it was interrupted.
int run_program(int argc, char** argv, std::span<const AddCommand> commands);

// run() with its exceptions turned into messages and exit statuses.
int report_failures(const std::function<int()>& run);

// The words with which this process was started.
std::vector<std::string> command_line();

}  // namespace jetvit
