#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "generate/generate.h"

namespace CLI {
class App;
}

namespace jetvit {

// What `jetvit generate` is asked for.
struct GenerateCommand {
  GenerateOptions generate;
  std::optional<std::uint64_t> seed;  // none: the default of GenerateOptions, with a warning
  std::string out;
  bool published_layout = false;
  bool overwrite = false;
};

inline constexpr const char* kGeneratePurpose =
    "Makes raw Parquet files of jet images with Pythia 8 and a CMS-like detector";

// Adds the kinds of jets as commands with their options, and the examples: the same to `jetvit generate`, which is
// built everywhere, and to jetvit-generate, which does the work. The command must outlive the parsing.
void add_generate_options(CLI::App& app, GenerateCommand& command);

// The options with their seed. Warns of the default seed: a second file that is made without a seed has the same jets.
GenerateOptions options_of(const GenerateCommand& command);

}  // namespace jetvit
