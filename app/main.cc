// The program that users start. The commands that only handle data run here; all others run in jetvit-learn, which
// replaces this process: starting libtorch takes half a second, time enough to prepare thousands of jets.
#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "app/commands.h"
#include "app/program.h"
#include "app/sibling_program.h"
#include "base/error.h"
#include "base/text.h"

namespace {

// In a folder that was removed, libtorch's MKL ends the process with a message about one of its libraries.
void require_working_folder() {
  std::error_code failed;
  static_cast<void>(std::filesystem::current_path(failed));
  if (!failed) return;
  throw jetvit::Error(
      jetvit::text("the working folder cannot be used (", failed.message(), "; change to another folder)"));
}

}  // namespace

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
  return jetvit::report_failures([&]() -> int {
    require_working_folder();
    jetvit::exec_sibling("jetvit-learn", arguments);
  });
}
