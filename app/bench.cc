#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/bench_load.h"
#include "app/bench_ops.h"
#include "app/bench_prepare.h"
#include "app/bench_store.h"
#include "app/commands.h"
#include "app/compute_flags.h"
#include "app/input_options.h"
#include "base/options.h"
#include "base/toml.h"
#include "bench/bench_step.h"
#include "compute/image_format.h"

namespace jetvit {
namespace {

void add_steps(CLI::App& bench, const std::string& name, const std::string& purpose, bool trains,
               BenchStepResult (*measure)(const BenchStepOptions&)) {
  auto options = std::make_shared<BenchStepOptions>();
  auto settings = std::make_shared<std::vector<std::string>>();
  auto flags = std::make_shared<ComputeFlags>();
  CLI::App* app = bench.add_subcommand(name, purpose);
  app->add_option("MODEL", options->model, "name, as in jetvit models")->capture_default_str();
  app->add_option("--set", *settings, "model option as key=value")->take_all();
  app->add_option("--batch-size", options->batch_size, "images per step")
      ->capture_default_str()
      ->check(CLI::Range(1, 65536));
  app->add_option("--steps", options->steps, "timed steps, after one of warm-up, or ten on a GPU")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  add_compute_flags(*app, *flags);
  add_former_flag(*app, "--bf16", "--precision bf16");
  app->add_option_function<std::string>(
         "--layout", [options](const std::string& layout) { options->channels_last = layout == kChannelsLast; },
         "order of the images in memory (default: what the model prefers)")
      ->check(CLI::IsMember({kChannelsFirst, kChannelsLast}));
  if (trains) {
    app->add_option("--freeze", options->freeze, "parameters that do not train, as a pattern: 'layers.*'")->take_all();
    add_graph_flag(*app, *flags);
  }
  app->callback([options, settings, flags, measure] {
    options->compute = flags->options();
    for (const std::string& assignment : *settings) apply_override(options->model_options, assignment);
    std::cout << json_text(to_json(measure(*options)), 1) << '\n';
  });
}

}  // namespace

void add_bench(CLI::App& program) {
  CLI::App* app = program.add_subcommand(
      "bench", "Measures throughput: bench prepare, bench load, bench store, bench train, bench predict, bench ops");
  app->require_subcommand(1);
  app->footer(
      "Examples:\n  jetvit bench prepare jets.parquet\n  jetvit bench load --data store\n  jetvit bench train "
      "coatnet_0 --set image_size=128 --precision bf16\n"
      "  jetvit bench predict vit_tiny --batch-size 64\n"
      "  jetvit bench ops\n");
  add_bench_prepare(*app);
  add_bench_load(*app);
  add_bench_store(*app);
  add_steps(*app, "train", "Seconds of a training step on random images", true, bench_train_step);
  add_steps(*app, "predict", "Seconds of a forward pass without gradients on random images", false, bench_prediction);
  add_bench_ops(*app);
}

}  // namespace jetvit
