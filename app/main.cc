// The program that users start. The commands that handle data run here; all others, and the help, run in jetvit-learn
// beside it, which takes this one's place: starting libtorch costs half a second, in which thousands of jets are
// prepared.
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "app/beside.h"
#include "app/commands.h"
#include "app/program.h"

namespace {

constexpr std::array<std::pair<const char*, jetvit::AddCommand>, 3> kDataCommands = {{
    {"generate", &jetvit::add_generate},
    {"inspect", &jetvit::add_inspect},
    {"prepare", &jetvit::add_prepare},
}};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  for (const auto& [name, add_command] : kDataCommands) {
    if (!arguments.empty() && arguments.front() == name) return jetvit::run_program(argc, argv, {&add_command, 1});
  }
  return jetvit::report_failures([&]() -> int { jetvit::become("jetvit-learn", arguments); });
}
