#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace jetvit {

// What is wrong with the command line that `program` has just refused with `error`, and where to read more. A
// misspelled command or option is reported before anything else, with the word that was probably meant.
std::string usage_message(const CLI::App& program, const CLI::ParseError& error);

// Whether a command was named, before or after --help, that there is not.
bool is_unknown_command(const CLI::App& program);

// The command that the words name: {"bench", "load"}; the program itself for none. Throws UsageError for an unknown
// one.
CLI::App& find_command(CLI::App& program, const std::vector<std::string>& words);

}  // namespace jetvit
