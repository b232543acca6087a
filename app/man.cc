#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/command_outline.h"
#include "app/commands.h"
#include "app/man_page.h"
#include "app/usage.h"
#include "base/text.h"

namespace jetvit {

void add_man(CLI::App& program) {
  auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = program.add_subcommand("man", "Prints the man page of jetvit or of one of its commands");
  command->add_option("COMMAND", *words, "the command, for example train or bench load (default: jetvit itself)");
  command->footer(
      "Examples:\n"
      "  jetvit man train | man -l -\n"
      "  jetvit man > ~/.local/share/man/man1/jetvit.1\n");
  command->callback([&program, words] {
    const CLI::App& of = find_command(program, *words);
    std::vector<std::string> above = *words;
    if (!above.empty()) above.back() = "";  // the command's own name follows
    const std::string parent = above.empty() ? "" : text(program.get_name(), " ", join(above, " "));
    std::cout << man_page(outline_of(of, CLI::detail::trim_copy(parent)), JETVIT_VERSION);
  });
}

}  // namespace jetvit
