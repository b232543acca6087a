#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/text.h"
#include "onnx/export_command.h"

namespace jetvit {
namespace {

std::string describe(const onnx::ExportSummary& summary) {
  std::string out;
  if (summary.check) {
    out = text("checked  ", summary.check->jets, " jets in float64: the input differs by at most ",
               significant(summary.check->image, 2), ", the logit by ", significant(summary.check->logit, 2), "\n");
  }
  return text(out, summary.format, "  ", one_line(summary.output.string()), " (",
              human_bytes(static_cast<double>(summary.bytes)), ", ", summary.model_name, ")\ncard  ",
              one_line(summary.card.string()), "\n");
}

}  // namespace

void add_export(CLI::App& program) {
  const auto command = std::make_shared<onnx::ExportCommand>();
  const auto json = std::make_shared<bool>(false);
  CLI::App* app = program.add_subcommand("export", "Writes a trained model for other programs: ONNX or safetensors");
  app->add_option("model", command->model, "run folder (its best.safetensors) or checkpoint")->required();
  app->add_option("--to", command->format, "onnx (with the preparation inside) or safetensors (timm's names)")
      ->required()
      ->check(CLI::IsMember({"onnx", "safetensors"}));
  app->add_option("--out", command->output, "file to write; a model card is written beside it, FILE.md")->required();
  app->add_flag("--overwrite", command->overwrite, "replace an existing export");
  app->add_flag("--json", *json, "print the summary as JSON");
  app->footer(
      "Examples:\n"
      "  jetvit export runs/demo --to onnx --out runs/demo.onnx\n"
      "  jetvit export runs/demo --to safetensors --out runs/demo.safetensors\n");
  app->callback([command, json] {
    const onnx::ExportSummary summary = onnx::run_export(*command);
    std::cout << (*json ? json_text(to_json(summary), 2) + "\n" : describe(summary));
  });
}

}  // namespace jetvit
