// The program that users start. The commands that only handle data run here; all others run in jetvit-learn, which
// replaces this process: starting libtorch takes half a second, time enough to prepare thousands of jets.
#include <algorithm>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/program.h"
#include "app/sibling_program.h"

int main(int argc, char** argv) {
  static constexpr auto kCommands = jetvit::command_list</*with_learn=*/false>();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  // --quiet may come before the command.
  const auto name = std::find_if(arguments.begin(), arguments.end(),
                                 [](const std::string& word) { return word != "-q" && word != "--quiet"; });
  for (const jetvit::Command& command : kCommands) {
    if (name != arguments.end() && *name == command.name && !command.needs_learn) {
      return jetvit::run_program(argc, argv, {&command, 1});
    }
  }
  return jetvit::report_failures([&]() -> int { jetvit::exec_sibling("jetvit-learn", arguments); });
}
