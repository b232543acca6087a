#include <iostream>
#include <memory>

#include <ATen/core/grad_mode.h>
#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/tensor_output.h"
#include "base/error.h"
#include "base/options.h"
#include "base/text.h"
#include "base/toml.h"
#include "model/io/safetensors.h"
#include "model/io/weights.h"
#include "model/registry.h"

namespace jetvit {
namespace {

constexpr const char* kForwardCommand = "forward";

struct ForwardCommand {
  std::string model, weights, input, output;
  std::vector<std::string> settings;
  bool overwrite = false;
};

void forward(const ForwardCommand& command) {
  refuse_tensor_file(command.output, command.overwrite, kForwardCommand, {command.weights, command.input});
  Json options = Json::object();
  for (const std::string& assignment : command.settings) apply_override(options, assignment);
  const std::unique_ptr<Model> model = make_model(command.model, options);
  load_weights(*model, read_safetensors(command.weights).tensors, command.weights);
  const TensorFile input = read_safetensors(command.input);
  const auto x = input.tensors.find("x");
  if (x == input.tensors.end()) throw Error(text(command.input, ": has no tensor \"x\""));
  const std::vector<std::int64_t> expected = {model->channels(), model->image_size(), model->image_size()};
  if (x->second.dim() != 4 || x->second.sizes().slice(1) != at::IntArrayRef(expected)) {
    throw Error(
        text(command.input, ": x must have the shape (N, ", expected[0], ", ", expected[1], ", ", expected[2], ")"));
  }
  model->train(false);
  const at::NoGradGuard no_gradients;
  const at::Tensor logits = model->forward(x->second.to(at::kFloat));
  write_safetensors(command.output, {{{"logits", logits}}, made_by(kForwardCommand)});
  std::cout << "logits (" << logits.size(0) << ", " << logits.size(1) << "): " << one_line(command.output) << '\n';
}

}  // namespace

void add_forward(CLI::App& program) {
  auto command = std::make_shared<ForwardCommand>();
  CLI::App* app = program.add_subcommand("forward", "Runs a model on tensors from a file, to compare implementations");
  app->add_option("MODEL", command->model, "model name (see jetvit models)")->required();
  app->add_option("--set", command->settings, "model option, for example image_size=128")->take_all();
  app->add_option("--weights", command->weights, "safetensors file with the parameters of the model")->required();
  app->add_option("--input", command->input, "safetensors file with the tensor x (N, C, H, W)")->required();
  app->add_option("--output", command->output, "safetensors file to write, with the tensor logits (N, outputs)")
      ->required();
  app->add_flag("--overwrite", command->overwrite, "replace an existing output");
  app->footer(
      "Example:\n  jetvit forward vit_tiny --set image_size=128 --weights w.safetensors --input x.safetensors --output "
      "y.safetensors\n");
  app->callback([command] { forward(*command); });
}

}  // namespace jetvit
