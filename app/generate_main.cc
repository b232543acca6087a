// The generator of raw jet images, which `jetvit generate` starts.
#include <iostream>

#include <CLI/CLI.hpp>

#include "app/generate_options.h"
#include "app/program.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/replaced_file.h"
#include "base/text.h"
#include "generate/closure.h"
#include "generate/generate.h"
#include "raw/raw_writer.h"

namespace jetvit {
namespace {

void write_generated(const GenerateCommand& command) {
  refuse_file(command.out, command.overwrite, {"jets of jetvit generate", is_generated_file, {}});
  refuse_foreign_suffix(command.out, "Parquet");
  if (command.generate.pile_up <= 0 && command.generate.pool > 0) {
    throw UsageError("--pile-up-pool: there is no pile-up (leave it out, or give --pile-up a mean above 0)");
  }
  const GenerateOptions options = options_of(command);
  RawLayout layout;
  layout.schema = options.top ? RawLayout::Schema::boosted_top : RawLayout::Schema::quark_gluon;
  layout.snappy = command.published_layout;
  if (command.published_layout) layout.rows_per_group = 1;
  RawWriter writer(command.out, layout);
  const double start = monotonic_seconds();
  const auto pool = pile_up_pool(options);
  const double pool_seconds = monotonic_seconds() - start;
  Closure closure;
  const Generated made = generate(options, pool, [&](const JetRecords& jets) {
    closure.add(jets);
    writer.append(jets);
  });
  writer.close();
  const double seconds = monotonic_seconds() - start;
  const int threads = options.threads;
  std::cout << closure.table()
            << text(with_commas(made.collisions), " collisions, ", with_commas(made.simulated), " simulated, ",
                    with_commas(made.selected), " jets selected, ", with_commas(closure.jets()),
                    " paired in pT and |eta| and written\n")
            << text(fixed(static_cast<double>(closure.jets()) / seconds, 1), " jets/s on ", threads,
                    threads == 1 ? " thread (" : " threads (", fixed(seconds, 1), " s, including ",
                    fixed(pool_seconds, 1), " s for the pile-up pool); seed ", options.seed, "\nwrote ",
                    one_line(command.out), "\n");
}

}  // namespace
}  // namespace jetvit

int main(int argc, char** argv) {
  CLI::App program(jetvit::kGeneratePurpose);
  program.name("jetvit-generate");
  program.set_help_flag("-h,--help", "show this help and exit");
  jetvit::GenerateCommand command;
  jetvit::add_generate_options(program, command);
  program.callback([&command] { jetvit::write_generated(command); });
  return jetvit::run_program(argc, argv, program);
}
