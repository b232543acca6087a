#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace jetvit {

// An option or a positional argument as the help shows it.
struct OptionOutline {
  std::vector<std::string> names;  // "-q", "--quiet"; of a positional its only name
  std::string usage;               // of a positional: "[RAW...]"
  std::string value;               // what follows the names in the help: "TEXT=y", "INT REQUIRED"; empty for most flags
  std::string help;
  std::vector<std::string> choices;  // where only these are allowed
  bool takes_value = false;          // false: a flag
};

// A command with what it offers, as plain data: the source of man pages and shell completion, made from the definition
// that --help is made from.
struct CommandOutline {
  std::string path;  // "jetvit bench load"
  std::string purpose;
  std::string footer;  // indented lines are examples
  std::vector<OptionOutline> positionals, options;
  std::vector<CommandOutline> commands;

  // The last word of the path.
  std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

// The outline of a command and of those below it; parent: the path of the one above, empty for the program. Hidden
// options are left out.
CommandOutline outline_of(const CLI::App& app, const std::string& parent = "");

// The command and all below it, each before its own.
std::vector<const CommandOutline*> flatten(const CommandOutline& outline);

}  // namespace jetvit
