#include "app/bench_prepare.h"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/input_options.h"
#include "base/table.h"
#include "base/text.h"
#include "bench/bench_prepare.h"
#include "bench/preparation_steps.h"

namespace jetvit {
namespace {

void print(const BenchPrepareResult& result) {
  std::vector<std::vector<std::string>> rows;
  const auto rate = [](double value) { return with_commas(static_cast<std::uint64_t>(value)); };
  for (const PreparationStepResult& of : result.steps) {
    rows.push_back({of.step, rate(of.rates.median), rate(of.rates.slowest), rate(of.rates.fastest),
                    fixed(of.input_bytes_per_second / 1e6, 1)});
  }
  std::cout << result.kind << ", files: " << result.files
            << ", bytes: " << human_bytes(static_cast<double>(result.bytes)) << ", jets: " << with_commas(result.rows)
            << ", " << result.threads << (result.threads == 1 ? " thread\n" : " threads\n")
            << text_table({"jets/s", "median", "slowest", "fastest", "MB/s of input"}, rows);
}

}  // namespace

void add_bench_prepare(CLI::App& bench) {
  auto options = std::make_shared<BenchPrepareOptions>();
  auto as_json = std::make_shared<bool>(false);
  PrepareOptions& preparation = options->preparation;
  CLI::App* app = bench.add_subcommand("prepare", "Jets per second in each step of a preparation");
  app->add_option("RAW", preparation.inputs.any,
                  "raw files, folders or patterns (also PNG class folders and TFRecords)")
      ->required();
  app->add_option("--steps", options->steps,
                  "decode; statistics: decoding too; store, png, tfrecord: whole preparations, pictures in published "
                  "mode (default: all that the input allows)")
      ->delimiter(',')
      ->check(CLI::IsMember(PreparationSteps::all()));
  app->add_option("--folder", options->folder,
                  "where they write into folders that are removed (default: $TMPDIR or /tmp)");
  add_read_options(*app, preparation.read);
  add_threads_option(*app, preparation.read.threads);
  app->add_option("--seconds", options->time.seconds, "least duration of a round, in whole passes over the input")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3600.0));
  app->add_option("--rounds", options->time.rounds, "timed rounds, after a pass of warm-up")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app->add_flag("--json", *as_json, "print JSON");
  app->footer(
      "Examples:\n"
      "  jetvit bench prepare QCDToGGQQ_*.train.snappy.parquet --rounds 3\n"
      "  jetvit bench prepare jets.parquet --steps store,png --folder /dev/shm --json\n");
  app->callback([options, as_json] {
    const BenchPrepareResult result = bench_prepare(*options);
    if (*as_json) {
      std::cout << json_text(to_json(result), 1) << '\n';
    } else {
      print(result);
    }
  });
}

}  // namespace jetvit
