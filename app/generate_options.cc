#include "app/generate_options.h"

#include <string>

#include <CLI/CLI.hpp>

#include "base/reporter.h"
#include "base/text.h"
#include "base/threads.h"

namespace jetvit {

void add_generate_options(CLI::App& app, GenerateCommand& command) {
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  jetvit generate quark-gluon --jets 20000 --seed 7 --out jets.parquet\n"
      "  jetvit generate top --jets 2000 --seed 7 --out top.parquet\n");
  command.generate.threads = default_threads();
  const auto add_kind = [&](const char* name, const char* purpose, bool top) {
    CLI::App* kind = app.add_subcommand(name, purpose);
    kind->add_option("--jets", command.generate.jets, "number of jets to write, half of each class")
        ->check(CLI::Range(std::size_t{2}, std::size_t{10'000'000}))
        ->capture_default_str();
    kind->add_option("--seed", command.seed,
                     "the same seed makes the same collisions, also with another --jets: give each file its own")
        ->default_str(std::to_string(command.generate.seed));
    kind->add_option("--out", command.out, "Parquet file to write")->required();
    kind->add_option("--pile-up", command.generate.pile_up, "mean number of additional collisions per event")
        ->check(CLI::Range(0.0, 200.0))
        ->capture_default_str();
    kind->add_option(
            "--pile-up-pool", command.generate.pool,
            "number of different pile-up collisions, which the jets share, 7 kB of memory each; 0: 20 per jet, from "
            "250 to 20000")
        ->check(CLI::Range(std::size_t{0}, std::size_t{1'000'000}))
        ->capture_default_str();
    kind->add_option("--threads", command.generate.threads, "number of threads; it does not change the jets")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    kind->add_flag("--published-layout", command.published_layout,
                   "Snappy compression and one row group per jet, as in the CMS files");
    kind->add_flag("--overwrite", command.overwrite, "replace an existing file");
    kind->callback([&command, top] { command.generate.top = top; });
  };
  add_kind("quark-gluon", "Quark jets (y = 1) and gluon jets (y = 0), 3 channels", false);
  add_kind("top", "Boosted top jets (y = 1) and QCD jets (y = 0), 8 channels", true);
}

GenerateOptions options_of(const GenerateCommand& command) {
  GenerateOptions options = command.generate;
  if (command.seed) {
    options.seed = *command.seed;
  } else {
    reporter().warn(text("seed ", options.seed,
                         ", the default: other files made with it have mostly the same collisions (give ",
                         "each file a --seed of its own)"));
  }
  return options;
}

}  // namespace jetvit
