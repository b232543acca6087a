#include <exception>
#include <iostream>

#include <CLI/CLI.hpp>

#include "base/commit.h"
#include "base/error.h"
#include "base/parallel_for.h"
#include "base/progress.h"
#include "base/stop_flag.h"
#include "base/text.h"
#include "generate/closure.h"
#include "generate/generate.h"
#include "raw/raw_writer.h"

namespace {

struct CommandLine {
  jetvit::GenerateOptions generate;
  std::string out;
  bool published_layout = false;
  bool overwrite = false;
};

void add_options(CLI::App& command, CommandLine& line) {
  command.add_option("--jets", line.generate.jets, "jets to write, half of each class")
      ->check(CLI::Range(std::size_t{2}, std::size_t{10'000'000}))
      ->capture_default_str();
  command.add_option("--seed", line.generate.seed, "the same seed makes the same jets")->capture_default_str();
  command.add_option("--out", line.out, "Parquet file to write")->required();
  command.add_option("--pile-up", line.generate.pile_up, "mean number of collisions beside the hard one")
      ->check(CLI::Range(0.0, 200.0))
      ->capture_default_str();
  command.add_option("--threads", line.generate.threads, "threads; the jets do not depend on them")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command.add_flag("--published-layout", line.published_layout, "snappy and one row group a jet, as the CMS files");
  command.add_flag("--overwrite", line.overwrite, "replace an existing file");
}

void run(const CommandLine& line) {
  using jetvit::text;
  jetvit::refuse_existing(line.out, line.overwrite);
  jetvit::RawLayout layout;
  layout.schema = line.generate.top ? jetvit::RawLayout::Schema::boosted_top : jetvit::RawLayout::Schema::quark_gluon;
  layout.snappy = line.published_layout;
  layout.rows_per_group = line.published_layout ? 1 : 256;
  jetvit::RawWriter writer(line.out, layout);
  const double start = jetvit::monotonic_seconds();
  const auto pool = jetvit::pile_up_pool(line.generate);
  const double pool_seconds = jetvit::monotonic_seconds() - start;
  jetvit::Closure closure;
  const jetvit::Generated made = jetvit::generate(line.generate, pool, [&](const jetvit::JetRecords& jets) {
    closure.add(jets);
    writer.append(jets);
  });
  writer.close();
  const double seconds = jetvit::monotonic_seconds() - start;
  std::cout << closure.table()
            << text(jetvit::with_commas(made.collisions), " collisions, ", jetvit::with_commas(made.simulated),
                    " simulated, ", jetvit::with_commas(made.selected), " jets selected, ",
                    jetvit::with_commas(closure.jets()), " paired in pT and |eta| and written\n")
            << text(jetvit::fixed(static_cast<double>(closure.jets()) / seconds, 1), " jets/s on ",
                    line.generate.threads, " threads (", jetvit::fixed(seconds, 1), " s, of them ",
                    jetvit::fixed(pool_seconds, 1), " s for the pile-up pool); seed ", line.generate.seed, "\nwrote ",
                    line.out, "\n");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Makes raw Parquet files of jet images with Pythia 8, FastJet and a CMS-like detector.");
  program.name("jetvit-generate");
  program.require_subcommand(1);
  CommandLine line;
  line.generate.threads = jetvit::default_threads();
  program.footer(
      "Examples:\n"
      "  jetvit generate quark-gluon --jets 20000 --seed 7 --out jets.parquet\n"
      "  jetvit generate top --jets 2000 --seed 7 --out top.parquet\n");
  CLI::App* quark_gluon = program.add_subcommand("quark-gluon", "Quark jets (y = 1) against gluon jets, 3 channels");
  CLI::App* top = program.add_subcommand("top", "Boosted top jets (y = 1) against QCD jets, 8 channels");
  for (CLI::App* command : {quark_gluon, top}) add_options(*command, line);
  jetvit::install_stop_handlers();
  try {
    program.parse(argc, argv);
    line.generate.top = top->parsed();
    run(line);
    return 0;
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  } catch (const jetvit::Interrupted& stop) {
    std::cerr << "jetvit generate: " << stop.what() << '\n';
    return 128 + stop.signal();
  } catch (const std::exception& error) {
    std::cerr << "jetvit generate: " << error.what() << '\n';
    return 1;
  }
}
