#include "app/bench_prepare.h"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/input_options.h"
#include "app/preparation_stages.h"
#include "base/error.h"
#include "base/options.h"
#include "base/rate_summary.h"
#include "base/table.h"
#include "base/text.h"

namespace jetvit {
namespace {

struct BenchPrepare {
  PrepareOptions options;
  std::vector<std::string> stages;  // empty: all that the inputs allow
  std::filesystem::path folder = std::filesystem::temp_directory_path();
  BenchTime time;
  bool as_json = false;
};

// One round to fill the page cache, then those that are timed: each as many whole runs as its time takes, at least one.
Json measure(PreparationStages& stages, const std::string& stage, const BenchTime& time) {
  std::vector<double> rates;
  const std::uint64_t rows = stages.run(stage).rows;
  for (int round = 0; round < time.rounds; ++round) {
    std::uint64_t done = 0;
    double seconds = 0;
    do {
      const PreparationStages::Run run = stages.run(stage);
      done += run.rows;
      seconds += run.seconds;
    } while (seconds < time.seconds);
    rates.push_back(static_cast<double>(done) / seconds);
  }
  Json result = rate_summary(rates);
  const double bytes_of_row =
      static_cast<double>(stages.bytes()) / static_cast<double>(std::max<std::uint64_t>(rows, 1));
  result["stage"] = stage;
  result["rows"] = rows;
  result["input_bytes_per_second"] = result["jets_per_second"].get<double>() * bytes_of_row;
  return result;
}

void print(const BenchPrepare& bench, const Json& result) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& stage : result.at("stages")) {
    const auto rate = [&stage](const char* key) { return with_commas(static_cast<std::uint64_t>(stage.at(key))); };
    rows.push_back({stage.at("stage"), rate("jets_per_second"), rate("slowest"), rate("fastest"),
                    fixed(stage.at("input_bytes_per_second").get<double>() / 1e6, 1)});
  }
  const int threads = bench.options.read.threads;
  std::cout << result.at("kind").get<std::string>() << ", files: " << result.at("files")
            << ", bytes: " << human_bytes(result.at("bytes"))
            << ", jets: " << with_commas(result.at("rows").get<std::uint64_t>()) << ", " << threads
            << (threads == 1 ? " thread\n" : " threads\n")
            << text_table({"jets/s", "median", "slowest", "fastest", "MB/s of input"}, rows);
}

void run(BenchPrepare& bench) {
  PreparationStages stages(bench.options, bench.folder);
  if (bench.stages.empty()) bench.stages = stages.possible();
  for (const std::string& stage : bench.stages) {
    const auto& possible = stages.possible();
    if (std::find(possible.begin(), possible.end(), stage) != possible.end()) continue;
    throw UsageError(
        text("--stages ", stage, " is not possible with ", stages.kind(),
             " (pictures are made of raw Parquet, PNGs of three channels; possible: ", join(possible, ", "), ")"));
  }
  Json result = {{"kind", stages.kind()},
                 {"files", stages.inputs().files.size()},
                 {"bytes", stages.bytes()},
                 {"threads", bench.options.read.threads},
                 {"folder", bench.folder.string()}};
  for (const std::string& stage : bench.stages) result["stages"].push_back(measure(stages, stage, bench.time));
  result["rows"] = result["stages"].front()["rows"];
  if (bench.as_json) {
    std::cout << result.dump(1) << '\n';
  } else {
    print(bench, result);
  }
}

}  // namespace

void add_bench_prepare(CLI::App& bench) {
  auto options = std::make_shared<BenchPrepare>();
  CLI::App* app = bench.add_subcommand("prepare", "Jets a second of the stages of a preparation");
  app->add_option("RAW", options->options.inputs.any,
                  "raw files, folders or patterns (also PNG class folders and TFRecords)")
      ->required();
  app->add_option("--stages", options->stages,
                  "decode; statistics: decoding too; store, png, tfrecord: whole preparations, pictures in published "
                  "mode (default: all that the input allows)")
      ->delimiter(',')
      ->check(CLI::IsMember(PreparationStages::all()));
  app->add_option("--folder", options->folder, "where they write into folders that are removed")->capture_default_str();
  add_read_options(*app, options->options.read);
  app->add_option("--seconds", options->time.seconds, "least duration of a round, in whole passes over the input")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3600.0));
  app->add_option("--rounds", options->time.rounds, "timed rounds, after a pass of warm-up")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app->add_flag("--json", options->as_json, "print JSON");
  app->footer(
      "Examples:\n"
      "  jetvit bench prepare QCDToGGQQ_*.train.snappy.parquet --rounds 3\n"
      "  jetvit bench prepare jets.parquet --stages store,png --folder /dev/shm --json\n");
  app->callback([options] { run(*options); });
}

}  // namespace jetvit
