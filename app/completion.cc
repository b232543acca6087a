#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/command_outline.h"
#include "app/commands.h"
#include "app/completion_script.h"

namespace jetvit {

void add_completion(CLI::App& program) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("completion", "Prints a script that completes jetvit commands in a shell");
  command->add_option("SHELL", *shell, "the shell")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "Examples:\n"
      "  source <(jetvit completion bash)\n"
      "  source <(jetvit completion zsh)\n"
      "  jetvit completion fish > ~/.config/fish/completions/jetvit.fish\n");
  command->callback([&program, shell] {
    const CommandOutline outline = outline_of(program);
    std::cout << (*shell == "bash"  ? bash_completion(outline)
                  : *shell == "zsh" ? zsh_completion(outline)
                                    : fish_completion(outline));
  });
}

}  // namespace jetvit
