#include "app/bench_load.h"

#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/input_options.h"
#include "base/error.h"
#include "base/options.h"
#include "base/parallel_for.h"
#include "base/progress.h"
#include "base/table.h"
#include "base/text.h"
#include "base/toml.h"
#include "load/bench_load.h"
#include "ops/image_format.h"
#include "source/jet_source.h"

namespace jetvit {
namespace {

struct BenchLoad {
  SourceOptions source;
  ImageOptions image;
  AugmentOptions augment;
  std::vector<std::string> augment_settings;  // "noise=0.1"
  LoadOptions load;
  std::string layout = kChannelsFirst;
  std::string type = "fp32";
  std::string sampling = "permutation";
  BenchTime time;
  bool as_json = false;
};

std::string kind_of(const SourceOptions& source) {
  if (source.store()) return "store";
  switch (find_inputs(source.inputs).format) {
    case InputFormat::kParquet:
      return "raw Parquet";
    case InputFormat::kPngFolders:
      return "PNG folders";
    case InputFormat::kTfRecords:
      return "TFRecords";
  }
  return {};
}

struct Opened {
  std::shared_ptr<const JetRecords> jets;  // of the training split
  Json about;                              // rates of reading all splits into memory
};

// Reads the source again and again: once to warm the page cache, then timed.
Opened read_source(const BenchLoad& bench) {
  Opened opened;
  std::vector<double> rates;
  std::size_t count = 0;
  double total = 0;
  for (int round = 0; round <= bench.time.rounds; ++round) {
    opened.jets.reset();
    const double start = monotonic_seconds();
    const std::unique_ptr<JetSource> source = open_source(bench.source);
    opened.jets = source->read(Split::kTrain);
    count = opened.jets->size() + source->read(Split::kValidation)->size() + source->read(Split::kTest)->size();
    const double elapsed = std::max(1e-9, monotonic_seconds() - start);
    if (round > 0) rates.push_back(static_cast<double>(count) / elapsed);
    total += elapsed;
    // Long files are read twice, not for minutes.
    if (round > 0 && total > 2 * bench.time.seconds * bench.time.rounds) break;
  }
  opened.about = {{"name", bench.source.name()}, {"kind", kind_of(bench.source)}, {"jets", count}};
  opened.about.update(rate_summary(rates));
  return opened;
}

Opened open_jets(const BenchLoad& bench) {
  constexpr std::size_t kJets = 4096;
  if (!bench.source.inputs.empty()) return read_source(bench);
  return {make_timing_jets(kJets, /*seed=*/1), {{"name", "made-up jets"}, {"kind", "none"}, {"jets", kJets}}};
}

std::vector<std::string> row_of(const std::string& what, const Json& rates) {
  const auto rate = [&rates](const char* key) { return with_commas(static_cast<std::uint64_t>(rates.at(key))); };
  return {what, rate("jets_per_second"), rate("slowest"), rate("fastest"), text(rates.at("rounds").size())};
}

void print(const BenchLoad& bench, const Json& result) {
  const Json& source = result.at("source");
  std::vector<std::vector<std::string>> rows;
  if (source.contains("rounds"))
    rows.push_back(row_of(text(source.at("kind").get<std::string>(), " to memory"), source));
  rows.push_back(row_of(text("memory to batches of ", bench.image.size, " px ", bench.type), result));
  std::cout << printable(source.at("name").get<std::string>()) << ": "
            << with_commas(source.at("jets").get<std::uint64_t>()) << " jets, " << bench.load.threads
            << (bench.load.threads == 1 ? " thread\n" : " threads\n")
            << text_table({"jets/s", "median", "slowest", "fastest", "rounds"}, rows);
}

// Timed batches are full ones.
void require_full_batch(const BenchLoad& bench, const JetRecords& jets) {
  if (bench.load.batch_size < 1 || jets.size() >= static_cast<std::size_t>(bench.load.batch_size)) return;
  const std::string what = bench.source.inputs.empty() ? "made-up jets" : printable(bench.source.name());
  throw UsageError(text("--batch-size ", bench.load.batch_size, ": the training split of ", what, " holds ",
                        jets.size(), " jets, which make no full batch (say --batch-size ",
                        std::max<std::size_t>(jets.size(), 1), " or less; only the training split is loaded)"));
}

void run(BenchLoad& bench) {
  bench.source.read.threads = bench.load.threads;
  Json settings = Json::object();
  for (const std::string& assignment : bench.augment_settings) apply_override(settings, assignment);
  options_from_json(settings, bench.augment, "augment.");
  bench.load.format = {.channels_last = bench.layout == kChannelsLast, .bf16 = bench.type == "bf16"};
  if (bench.sampling == "weighted") bench.load.order = Order::kWeighted;
  const Opened opened = open_jets(bench);
  require_full_batch(bench, *opened.jets);
  const std::vector<Channel> channels = channels_for(opened.jets->images.shape.channels);
  const InputTransform transform =
      make_input_transform(channels, std::vector<ChannelStatistics>(channels.size()), {"log1p"}, true, 1e-3);
  Json result = bench_load(opened.jets, transform, bench.image, bench.augment, bench.load, bench.time);
  result["source"] = opened.about;
  if (bench.as_json) {
    std::cout << result.dump(1) << '\n';
  } else {
    print(bench, result);
  }
}

}  // namespace

void add_bench_load(CLI::App& bench) {
  auto options = std::make_shared<BenchLoad>();
  options->load = {.batch_size = 256,
                   .threads = default_threads(),
                   .seed = 1,
                   .order = Order::kPermutation,
                   .drop_last = true,
                   .augment = true};
  options->augment.rotation = 20;
  options->augment.horizontal_flip = 0.5;
  options->augment.vertical_flip = 0.5;
  CLI::App* app = bench.add_subcommand("load", "Jets a second from a source to memory, and on to augmented batches");
  app->add_option("--data", options->source.inputs.any, text(kDataHelp, " (default: made-up jets)"));
  app->add_option("--size", options->image.size, "side of the image")->capture_default_str();
  app->add_option("--resize", options->image.resize, "bilinear, bicubic, sum or pad")->capture_default_str();
  app->add_option("--rotation", options->augment.rotation, "largest angle in degrees")->capture_default_str();
  app->add_option("--augment", options->augment_settings, "another key of a recipe's [augment], for example mixup=0.8")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  app->add_option("--layout", options->layout, "memory of a batch: channels-first or channels-last")
      ->capture_default_str()
      ->check(CLI::IsMember({kChannelsFirst, kChannelsLast}));
  app->add_option("--type", options->type, "numbers of a batch: fp32 or bf16")
      ->capture_default_str()
      ->check(CLI::IsMember({"fp32", "bf16"}));
  app->add_option("--sampling", options->sampling, "permutation or weighted")
      ->capture_default_str()
      ->check(CLI::IsMember({"permutation", "weighted"}));
  app->add_option("--batch-size", options->load.batch_size, "jets a batch")->capture_default_str();
  app->add_option("--threads", options->load.threads, "threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app->add_option("--seconds", options->time.seconds, "duration of a round")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 3600.0));
  app->add_option("--rounds", options->time.rounds, "timed rounds, after one of warm-up")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
  app->add_flag("--json", options->as_json, "print JSON");
  app->footer(
      "Examples:\n"
      "  jetvit bench load --data store\n"
      "  jetvit bench load --data store --size 224 --resize bicubic --layout channels-last --type bf16\n"
      "  jetvit bench load --data jets.parquet --augment mixup=0.8 --augment cutmix=1.0 --json\n");
  app->callback([options] { run(*options); });
}

}  // namespace jetvit
