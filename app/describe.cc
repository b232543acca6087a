#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/options.h"
#include "base/table.h"
#include "base/text.h"
#include "model/layer_outline.h"
#include "model/model_description.h"

namespace jetvit {
namespace {

using Rows = std::vector<std::vector<std::string>>;

struct DescribeFlags {
  DescribeCommand command;
  int depth = 0;  // of the layers that are shown; 0: down to the blocks
  bool parameters = false;
  bool json = false;
};

std::string counted(std::int64_t count) {
  return with_commas(static_cast<unsigned long long>(count));
}

std::vector<std::string> layer_cells(const std::string& name, const LayerRow& row) {
  return {name, row.kind, sizes_text(row.output), counted(row.parameters), counted(row.multiply_adds)};
}

std::string layers_text(const LayerRow& model, int depth) {
  Rows rows;
  for (const OutlinedLayer& layer : layer_outline(model, depth)) {
    const std::string indent(2 * static_cast<std::size_t>(layer.level), ' ');
    rows.push_back(layer_cells(indent + layer.row->name, *layer.row));
  }
  rows.push_back(layer_cells("total", model));
  constexpr std::size_t kWords = 2;
  return text_table({"layer", "kind", "output", "parameters", "multiply-adds"}, rows, kWords);
}

std::string options_text(const ModelDescription& of) {
  Rows rows;
  for (const OptionHelp& row : of.option_help) {
    rows.push_back({row.key, json_text(of.options.at(row.key)), row.value, row.range, row.meaning});
  }
  return text_table({"option", "value", "default", "range", "meaning"}, rows);
}

std::string parameters_text(const std::vector<ParameterShape>& parameters) {
  Rows rows;
  for (const ParameterShape& of : parameters) rows.push_back({of.name, sizes_text(of.shape), counted(of.values)});
  return text_table({"parameter", "shape", "values"}, rows);
}

void describe(const DescribeFlags& flags) {
  const ModelDescription of = describe_model(flags.command);
  if (flags.json) {
    std::cout << json_text(to_json(of), 1) << '\n';
    return;
  }
  std::cout << options_text(of) << '\n' << layers_text(of.layers, flags.depth);
  if (flags.parameters) std::cout << '\n' << parameters_text(of.parameters);
  std::cout << '\n'
            << of.model << ": " << counted(of.layers.parameters) << " parameters, " << counted(of.layers.multiply_adds)
            << " multiply-adds per image\n";
}

}  // namespace

void add_describe(CLI::App& program) {
  const auto flags = std::make_shared<DescribeFlags>();
  CLI::App* app = program.add_subcommand("describe", "Shows the options, layers, parameters and cost of a model");
  app->add_option("MODEL", flags->command.model, "model name (see jetvit models)")->required();
  app->add_option("--set", flags->command.settings, "model option, for example image_size=128")->take_all();
  app->add_option("--depth", flags->depth, "levels of nested layers to show (default: down to the blocks)")
      ->check(CLI::Range(1, 99));
  app->add_flag("--parameters", flags->parameters, "list every parameter with its shape");
  app->add_flag("--json", flags->json, "print all levels and all parameters as JSON");
  app->footer(
      "Output shapes are those of one image. A row includes the rows indented below it. A multiplication and an "
      "addition count as one.\n\n"
      "Examples:\n  jetvit describe coatnet_0 --set image_size=128 --set channels=8\n"
      "  jetvit describe swin_tiny --depth 4 --parameters\n");
  app->callback([flags] { describe(*flags); });
}

}  // namespace jetvit
