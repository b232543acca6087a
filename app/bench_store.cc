#include "app/bench_store.h"

#include <filesystem>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/input_options.h"
#include "base/text.h"
#include "bench/large_store.h"

namespace jetvit {
namespace {

struct BenchStoreFlags {
  LargeStoreOptions options;
  std::filesystem::path out;
};

void run(const BenchStoreFlags& flags) {
  const LargeStoreResult result = write_large_store(flags.options, flags.out);
  std::cout << printable(flags.out.string()) << ": " << with_commas(result.jets) << " jets, "
            << human_bytes(static_cast<double>(result.bytes)) << ", written in " << human_seconds(result.seconds)
            << '\n';
}

}  // namespace

void add_bench_store(CLI::App& bench) {
  auto flags = std::make_shared<BenchStoreFlags>();
  LargeStoreOptions& options = flags->options;
  CLI::App* app =
      bench.add_subcommand("store", "Writes a large jet store of shifted and rescaled jets, to measure with");
  app->add_option("--data", options.source.inputs.any, kDataHelp)->required();
  app->add_option("--out", flags->out, "folder of the store")->required();
  app->add_option("--gigabytes", options.gigabytes, "size of the store")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1e6));
  app->add_option("--seed", options.seed, "of the shifts and factors")->capture_default_str();
  app->footer(
      "Example:\n"
      "  jetvit bench store --data store --gigabytes 12 --out large\n"
      "  jetvit bench load --data large --images disk\n");
  app->callback([flags] { run(*flags); });
}

}  // namespace jetvit
