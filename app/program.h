#pragma once

#include <exception>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/commands.h"
#include "base/describe_error.h"

namespace CLI {
class App;
}

namespace jetvit {

// What is said of an exception.
using DescribeError = std::string (*)(const std::exception&);

// Parses the arguments with these commands, runs the one that was named and returns the exit status: 0, 1 for errors, 2
// for mistakes on the command line, 128 + signal where it was interrupted.
int run_program(int argc, char** argv, std::span<const Command> commands, DescribeError explain = &describe_error);

// The same for a program that is defined already. Adds --quiet to it and to all its commands, and shows notes and
// progress on stderr.
int run_program(int argc, char** argv, CLI::App& program, DescribeError explain = &describe_error);

// run() with its exceptions turned into messages and exit statuses.
int report_failures(const std::function<int()>& run, DescribeError explain = &describe_error);

// The words with which this process was started.
std::vector<std::string> command_line();

}  // namespace jetvit
