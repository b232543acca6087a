#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/usage.h"
#include "base/text.h"

namespace jetvit {

void add_help(CLI::App& program) {
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = program.add_subcommand("help", "Shows the help of jetvit or of one of its commands");
  command->add_option("COMMAND", *words, "the command, for example train or bench load (default: all commands)");
  command->footer(
      "Examples:\n"
      "  jetvit help\n"
      "  jetvit help bench load\n");
  command->callback([&program, words] {
    CLI::App& of = find_command(program, *words);
    const std::string path = text(program.get_name(), words->empty() ? "" : " ", join(*words, " "));
    // Not of.help(), which would show the help of the command that was run: this one.
    std::cout << program.get_formatter()->make_help(&of, path, CLI::AppFormatMode::Normal);
  });
}

}  // namespace jetvit
