#include <algorithm>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/beside.h"
#include "app/commands.h"
#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

// CMake looks for Pythia 8 and FastJet when it is run: a build alone would not find them.
constexpr const char* kHowToBuild =
    "run ./scripts/setup --with-generator && cmake --preset release && "
    "cmake --build --preset release --target jetvit-generate";

// The generator is a program of its own, because Pythia 8 and FastJet are under the GPL: it takes the place of this
// one.
void run_generator(const CLI::App& command) {
  const std::vector<std::string> words = command.remaining();
  const std::filesystem::path program = program_beside("jetvit-generate");
  if (!std::filesystem::exists(program)) {
    const bool help = std::any_of(words.begin(), words.end(),
                                  [](const std::string& word) { return word == "--help" || word == "-h"; });
    if (help) {
      std::cout << command.get_description() << "\n\n"
                << command.get_footer() << "\nNot built here: " << kHowToBuild << '\n';
      return;
    }
    throw Error(text(program, ": not found (Pythia 8 was not there when jetvit was built) ", kHowToBuild));
  }
  become("jetvit-generate", words);
}

}  // namespace

void add_generate(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("generate", "Makes raw Parquet files of jet images with Pythia 8 and a CMS-like detector");
  command->prefix_command();
  command->set_help_flag();
  command->footer(
      "Arguments are those of jetvit-generate. Examples:\n"
      "  jetvit generate quark-gluon --jets 20000 --seed 7 --out jets.parquet\n"
      "  jetvit generate top --jets 2000 --seed 7 --out top.parquet\n"
      "  jetvit generate quark-gluon --help\n");
  command->callback([command] { run_generator(*command); });
}

}  // namespace jetvit
