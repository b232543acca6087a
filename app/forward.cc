#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/text.h"
#include "predict/forward_command.h"

namespace jetvit {

void add_forward(CLI::App& program) {
  const auto command = std::make_shared<ForwardCommand>();
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
  app->callback([command] {
    const ForwardSummary summary = run_forward(*command);
    std::cout << "logits (" << summary.images << ", " << summary.outputs << "): " << one_line(summary.output.string())
              << '\n';
  });
}

}  // namespace jetvit
