#include "model/io/weights.h"

#include <iostream>
#include <map>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/tensor_output.h"
#include "base/options.h"
#include "base/reporter.h"
#include "base/text.h"
#include "base/toml.h"
#include "model/io/pretrained.h"
#include "model/io/safetensors.h"
#include "model/registry.h"
#include "run/trained_jets.h"
#include "train/seed_random.h"

namespace jetvit {
namespace {

constexpr const char* kWeightsCommand = "weights";

struct WeightsCommand {
  std::string model, out;
  std::vector<std::string> settings;
  PretrainedOptions pretrained;
  std::int64_t seed = 1;
  bool overwrite = false;
  bool json = false;
};

void write_weights(const WeightsCommand& command) {
  refuse_tensor_file(command.out, command.overwrite, kWeightsCommand, {command.pretrained.file});
  Json options = Json::object();
  for (const std::string& assignment : command.settings) apply_override(options, assignment);
  seed_random(command.seed, kInitialization, 0);
  const std::unique_ptr<Model> model = make_model(command.model, options);
  Json record = {{"model", command.model},
                 {"options", resolved_model_options(command.model, options)},
                 {"seed", command.seed},
                 {"pretrained", Json()},
                 {"weights", command.out}};
  if (!command.pretrained.file.empty()) {
    const PretrainedReport report = load_pretrained(*model, command.pretrained);
    record["pretrained"] = to_json(report);
    for (const std::string& line : summary_lines(report)) reporter().note(line);
  }
  std::map<std::string, std::string> metadata = made_by(kWeightsCommand);
  if (!command.pretrained.file.empty()) metadata.merge(ancestry_of(command.pretrained.file));
  write_safetensors(command.out, {named_weights(*model), metadata});
  if (command.json) {
    std::cout << json_text(record, 2) << '\n';
  } else {
    std::cout << text("weights  ", one_line(command.out), "\n");
  }
}

}  // namespace

void add_weights(CLI::App& program) {
  auto command = std::make_shared<WeightsCommand>();
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
  app->add_flag("--json", command->json, "print what was loaded, as JSON");
  app->footer(
      "Example:\n  jetvit weights swin_tiny --set image_size=128 --set window=8 --set channels=10 --pretrained "
      "swin_tiny.safetensors --out begin.safetensors\n");
  app->callback([command] { write_weights(*command); });
}

}  // namespace jetvit
