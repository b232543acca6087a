#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/generate_options.h"
#include "app/program.h"
#include "app/sibling_program.h"
#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr const char* kGenerator = "jetvit-generate";

// CMake looks for Pythia 8 and FastJet when it is run: a build alone would not find them.
constexpr const char* kHowToBuild =
    "run ./scripts/setup --with-generator && cmake --preset release && "
    "cmake --build --preset release --target jetvit-generate";

// The generator is a program of its own, because Pythia 8 and FastJet are under the GPL: it takes the place of this
// one, with the same words.
void run_generator() {
  const std::filesystem::path program = sibling_program(kGenerator);
  if (!std::filesystem::exists(program)) {
    throw Error(text(program, ": not found (jetvit was built without Pythia 8) ", kHowToBuild));
  }
  std::vector<std::string> words = command_line();
  words.erase(words.begin());
  // Before it there is nothing but --quiet.
  words.erase(std::find(words.begin(), words.end(), "generate"));
  exec_sibling(kGenerator, words);
}

}  // namespace

void add_generate(CLI::App& program) {
  CLI::App* app = program.add_subcommand("generate", kGeneratePurpose);
  auto command = std::make_shared<GenerateCommand>();
  add_generate_options(*app, *command);
  if (!std::filesystem::exists(sibling_program(kGenerator))) {
    app->footer(text(app->get_footer(), "The generator is not built here: ", kHowToBuild, "\n"));
  }
  app->callback([command] { run_generator(); });
}

}  // namespace jetvit
