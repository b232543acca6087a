#include <algorithm>
#include <cctype>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/options.h"
#include "base/table.h"
#include "base/text.h"
#include "base/toml.h"
#include "model/layer_table.h"
#include "model/registry.h"

namespace jetvit {
namespace {

using Rows = std::vector<std::vector<std::string>>;

struct DescribeCommand {
  std::string model;
  std::vector<std::string> settings;
  int depth = 0;  // of the layers that are shown; 0: down to the blocks
  bool parameters = false;
  bool json = false;
};

std::string counted(std::int64_t count) {
  return with_commas(static_cast<unsigned long long>(count));
}

// Whether it is one of several in a row: "blocks.0".
bool is_numbered(const LayerRow& row) {
  const std::string last = row.name.substr(row.name.rfind('.') + 1);
  return std::all_of(last.begin(), last.end(), [](unsigned char of) { return std::isdigit(of) != 0; });
}

// What holds neither stages nor blocks is a block itself, or smaller.
bool holds_blocks(const LayerRow& row) {
  return std::any_of(row.parts.begin(), row.parts.end(),
                     [](const LayerRow& part) { return is_numbered(part) || holds_blocks(part); });
}

void add_rows(const LayerRow& whole, int level, int depth, Rows& rows) {
  for (const LayerRow& row : whole.parts) {
    const std::string indent(2 * static_cast<std::size_t>(level), ' ');
    rows.push_back(
        {indent + row.name, row.kind, sizes_text(row.output), counted(row.parameters), counted(row.multiply_adds)});
    if (depth > 0 ? level + 1 < depth : holds_blocks(row)) add_rows(row, level + 1, depth, rows);
  }
}

std::string layers_text(const LayerRow& model, int depth) {
  Rows rows;
  add_rows(model, 0, depth, rows);
  rows.push_back(
      {"total", model.kind, sizes_text(model.output), counted(model.parameters), counted(model.multiply_adds)});
  constexpr std::size_t kWords = 2;
  return text_table({"layer", "kind", "output", "parameters", "multiply-adds"}, rows, kWords);
}

std::string options_text(const std::string& model, const Json& resolved) {
  Rows rows;
  for (const OptionHelp& row : model_options_help(model)) {
    rows.push_back({row.key, json_text(resolved.at(row.key)), row.value, row.range, row.meaning});
  }
  return text_table({"option", "value", "default", "range", "meaning"}, rows);
}

std::string parameters_text(const Model& model) {
  Rows rows;
  for (const NamedTensor& item : model.parameters()) {
    rows.push_back({item.name, sizes_text(item.tensor.sizes().vec()), counted(item.tensor.numel())});
  }
  return text_table({"parameter", "shape", "values"}, rows);
}

// The parts of a layer; prefix: its name and a dot.
Json layers_json(const LayerRow& whole, const std::string& prefix) {
  Json layers = Json::array();
  for (const LayerRow& row : whole.parts) {
    const std::string name = prefix + row.name;
    layers.push_back({{"name", name},
                      {"kind", row.kind},
                      {"output", row.output},
                      {"parameters", row.parameters},
                      {"multiply_adds", row.multiply_adds},
                      {"layers", layers_json(row, name + ".")}});
  }
  return layers;
}

Json tensors_json(const Model& model) {
  Json tensors = Json::array();
  for (const NamedTensor& item : model.parameters()) {
    tensors.push_back({{"name", item.name}, {"shape", item.tensor.sizes().vec()}});
  }
  return tensors;
}

void describe(const DescribeCommand& command) {
  Json options = Json::object();
  for (const std::string& assignment : command.settings) apply_override(options, assignment);
  const std::unique_ptr<Model> model = make_model_shape(command.model, options);
  const Json resolved = resolved_model_options(command.model, options);
  const LayerRow layers = layer_table(*model);
  if (command.json) {
    const Json out = {{"model", command.model},
                      {"options", resolved},
                      {"parameters", layers.parameters},
                      {"multiply_adds", layers.multiply_adds},
                      {"layers", layers_json(layers, "")},
                      {"tensors", tensors_json(*model)}};
    std::cout << json_text(out, 1) << '\n';
    return;
  }
  std::cout << options_text(command.model, resolved) << '\n' << layers_text(layers, command.depth);
  if (command.parameters) std::cout << '\n' << parameters_text(*model);
  std::cout << '\n'
            << command.model << ": " << counted(layers.parameters) << " parameters, " << counted(layers.multiply_adds)
            << " multiply-adds per image\n";
}

}  // namespace

void add_describe(CLI::App& program) {
  auto command = std::make_shared<DescribeCommand>();
  CLI::App* app = program.add_subcommand("describe", "Shows the options, layers, parameters and cost of a model");
  app->add_option("MODEL", command->model, "model name (see jetvit models)")->required();
  app->add_option("--set", command->settings, "model option, for example image_size=128")->take_all();
  app->add_option("--depth", command->depth, "levels of nested layers to show (default: down to the blocks)")
      ->check(CLI::Range(1, 99));
  app->add_flag("--parameters", command->parameters, "list every parameter with its shape");
  app->add_flag("--json", command->json, "print all levels and all parameters as JSON");
  app->footer(
      "Output shapes are those of one image. A row includes the rows indented below it. A multiplication and an "
      "addition count as one.\n\n"
      "Examples:\n  jetvit describe coatnet_0 --set image_size=128 --set channels=8\n"
      "  jetvit describe swin_tiny --depth 4 --parameters\n");
  app->callback([command] { describe(*command); });
}

}  // namespace jetvit
