#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/input_options.h"
#include "base/options.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "base/toml.h"
#include "load/bench_load.h"
#include "source/jet_source.h"
#include "train/bench_step.h"

namespace jetvit {
namespace {

struct BenchLoad {
  SourceOptions source;
  ImageOptions image;
  AugmentOptions augment;
  LoadOptions load;
  double seconds = 3;
};

std::shared_ptr<const JetRecords> jets_of(const BenchLoad& bench) {
  constexpr std::size_t kJets = 4096;
  if (bench.source.inputs.empty()) return make_timing_jets(kJets, /*seed=*/1);
  return open_source(bench.source)->read(Split::kTrain);
}

void run_load(BenchLoad& bench) {
  bench.source.read.threads = bench.load.threads;
  const std::shared_ptr<const JetRecords> jets = jets_of(bench);
  const std::vector<Channel> channels = channels_for(jets->images.shape.channels);
  const InputTransform transform =
      make_input_transform(channels, std::vector<ChannelStatistics>(channels.size()), {"log1p"}, true, 1e-3);
  std::cout << bench_load(jets, transform, bench.image, bench.augment, bench.load, bench.seconds).dump(1) << '\n';
}

void add_load(CLI::App& bench) {
  auto options = std::make_shared<BenchLoad>();
  options->load = {
      .batch_size = 256, .threads = default_threads(), .seed = 1, .shuffle = true, .drop_last = true, .augment = true};
  options->augment.rotation = 20;
  options->augment.horizontal_flip = 0.5;
  options->augment.vertical_flip = 0.5;
  CLI::App* app = bench.add_subcommand("load", "Jets a second from memory to augmented batches");
  app->add_option("--data", options->source.inputs.any, text(kDataHelp, " (default: made-up jets)"));
  app->add_option("--size", options->image.size, "side of the image")->capture_default_str();
  app->add_option("--resize", options->image.resize, "bilinear, bicubic or sum")->capture_default_str();
  app->add_option("--rotation", options->augment.rotation, "largest angle in degrees")->capture_default_str();
  app->add_option("--batch-size", options->load.batch_size, "jets a batch")->capture_default_str();
  app->add_option("--threads", options->load.threads, "threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app->add_option("--seconds", options->seconds, "duration")->capture_default_str();
  app->callback([options] { run_load(*options); });
}

void add_train_step(CLI::App& bench) {
  auto options = std::make_shared<BenchStepOptions>();
  auto settings = std::make_shared<std::vector<std::string>>();
  options->threads = default_threads();
  CLI::App* app = bench.add_subcommand("train", "Seconds of a training step on random images");
  app->add_option("MODEL", options->model, "name, as in jetvit models")->capture_default_str();
  app->add_option("--set", *settings, "model option as key=value")->take_all();
  app->add_option("--batch-size", options->batch_size, "images a step")->capture_default_str();
  app->add_option("--steps", options->steps, "timed steps after one of warm-up")->capture_default_str();
  app->add_option("--threads", options->threads, "threads")->capture_default_str()->check(CLI::Range(1, 1024));
  app->add_flag("--bf16", options->bf16, "bfloat16 products and convolutions");
  app->callback([options, settings] {
    for (const std::string& assignment : *settings) apply_override(options->model_options, assignment);
    std::cout << bench_train_step(*options).dump(1) << '\n';
  });
}

}  // namespace

void add_bench(CLI::App& program) {
  CLI::App* app = program.add_subcommand("bench", "Measures throughput: bench load, bench train");
  app->require_subcommand(1);
  app->footer(
      "Examples:\n  jetvit bench load --data store\n  jetvit bench train coatnet_0 --set image_size=128 --bf16\n");
  add_load(*app);
  add_train_step(*app);
}

}  // namespace jetvit
