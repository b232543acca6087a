#include "app/bench_load.h"

#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/input_options.h"
#include "base/table.h"
#include "base/text.h"
#include "base/threads.h"
#include "base/toml.h"
#include "bench/bench_load.h"
#include "compute/image_format.h"

namespace jetvit {
namespace {

struct BenchLoadFlags {
  BenchLoadOptions options;
  std::vector<std::string> augment_settings;  // "noise=0.1"
  std::string layout = kChannelsFirst;
  std::string precision = "fp32";
  std::string sampling = "permutation";
  bool as_json = false;
};

std::vector<std::string> row_of(const std::string& what, const RateSummary& rates) {
  const auto rate = [](double value) { return with_commas(static_cast<std::uint64_t>(value)); };
  return {what, rate(rates.median), rate(rates.slowest), rate(rates.fastest), text(rates.rounds.size())};
}

void print(const BenchLoadResult& result) {
  const BenchSource& source = result.source;
  const LoadOptions& load = result.options.load;
  std::vector<std::vector<std::string>> rows;
  const char* const place = source.on_disk ? "disk" : "memory";
  if (source.reading) {
    rows.push_back(row_of(text(source.kind, source.on_disk ? " checked and opened" : " to memory"), *source.reading));
  }
  rows.push_back(
      row_of(text(place, " to batches of ", result.options.image.size, " px ", precision_name(load.format.precision)),
             result.rates));
  std::cout << printable(source.name) << ": " << with_commas(source.jets) << " jets, " << load.threads
            << (load.threads == 1 ? " thread\n" : " threads\n")
            << text_table({"jets/s", "median", "slowest", "fastest", "rounds"}, rows);
}

void run(BenchLoadFlags& flags) {
  BenchLoadOptions& options = flags.options;
  options.source.read.threads = options.load.threads;
  options_from_json(tree_of_overrides(flags.augment_settings), options.augment, "augment.");
  options.load.format = {.channels_last = flags.layout == kChannelsLast,
                         .precision = precision_from_name(flags.precision)};
  if (flags.sampling == "weighted") options.load.order = Order::kWeighted;
  const BenchLoadResult result = bench_load(options);
  if (flags.as_json) {
    std::cout << json_text(to_json(result), 1) << '\n';
  } else {
    print(result);
  }
}

}  // namespace

void add_bench_load(CLI::App& bench) {
  auto flags = std::make_shared<BenchLoadFlags>();
  BenchLoadOptions& options = flags->options;
  options.load = {.batch_size = 256,
                  .threads = default_threads(),
                  .seed = 1,
                  .order = Order::kPermutation,
                  .drop_last = true,
                  .augment = true};
  options.augment.rotation = 20;
  options.augment.horizontal_flip = 0.5;
  options.augment.vertical_flip = 0.5;
  CLI::App* app = bench.add_subcommand("load", "Jets per second from a source to memory, and to augmented batches");
  app->add_option("--data", options.source.inputs.any, text(kDataHelp, " (default: synthetic jets)"));
  add_images_option(*app, options.source.images);
  app->add_option("--size", options.image.size, "side of the image")->capture_default_str();
  app->add_option("--resize", options.image.resize, "bilinear, bicubic, sum or pad")->capture_default_str();
  app->add_option("--rotation", options.augment.rotation, "largest angle in degrees")->capture_default_str();
  app->add_option("--augment", flags->augment_settings, "another key of a recipe's [augment], for example mixup=0.8")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  app->add_option("--layout", flags->layout, "memory of a batch: channels-first or channels-last")
      ->capture_default_str()
      ->check(CLI::IsMember({kChannelsFirst, kChannelsLast}));
  app->add_option("--precision", flags->precision, "values of a batch: fp32 or bf16")
      ->capture_default_str()
      ->check(CLI::IsMember({"fp32", "bf16"}));
  add_former_flag(*app, "--type", "--precision");
  app->add_option("--sampling", flags->sampling, "permutation or weighted")
      ->capture_default_str()
      ->check(CLI::IsMember({"permutation", "weighted"}));
  app->add_option("--batch-size", options.load.batch_size, "jets per batch")->capture_default_str();
  add_threads_option(*app, options.load.threads);
  app->add_option("--seconds", options.time.seconds, "duration of a round")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 3600.0));
  app->add_option("--rounds", options.time.rounds, "timed rounds, after one of warm-up")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app->add_flag("--json", flags->as_json, "print JSON");
  app->footer(
      "Examples:\n"
      "  jetvit bench load --data store\n"
      "  jetvit bench load --data store --size 224 --resize bicubic --layout channels-last --precision bf16\n"
      "  jetvit bench load --data store --images disk\n"
      "  jetvit bench load --data jets.parquet --augment mixup=0.8 --augment cutmix=1.0 --json\n");
  app->callback([flags] { run(*flags); });
}

}  // namespace jetvit
