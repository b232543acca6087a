#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/options.h"
#include "base/text.h"
#include "train/initial_weights.h"

namespace jetvit {

void add_weights(CLI::App& program) {
  const auto command = std::make_shared<WeightsCommand>();
  const auto json = std::make_shared<bool>(false);
  CLI::App* app = program.add_subcommand("weights", "Writes the initial weights of a training, random or pretrained");
  app->add_option("MODEL", command->model, "model name (see jetvit models)")->required();
  app->add_option("--set", command->settings, "model option, for example image_size=128")->take_all();
  app->add_option("--pretrained", command->pretrained.file, "safetensors file to load, from timm or another run");
  app->add_option("--channels", command->pretrained.channels, "how filters are adapted to other input channels")
      ->check(CLI::IsMember({"timm", "sum", "mean"}))
      ->capture_default_str();
  app->add_option("--seed", command->seed, "seed of random weights, as train.seed of a recipe")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app->add_option("--out", command->out, "safetensors file to write, with the names of timm")->required();
  app->add_flag("--overwrite", command->overwrite, "replace an existing output");
  app->add_flag("--json", *json, "print what was loaded, as JSON");
  app->footer(
      "Example:\n  jetvit weights swin_tiny --set image_size=128 --set window=8 --set channels=10 --pretrained "
      "swin_tiny.safetensors --out begin.safetensors\n");
  app->callback([command, json] {
    const WeightsSummary summary = write_initial_weights(*command);
    if (*json) {
      std::cout << json_text(to_json(summary), 2) << '\n';
    } else {
      std::cout << text("weights  ", one_line(summary.weights.string()), "\n");
    }
  });
}

}  // namespace jetvit
