#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/options.h"
#include "base/table.h"
#include "base/text.h"
#include "base/toml.h"
#include "model/registry.h"

namespace jetvit {
namespace {

struct DescribeCommand {
  std::string model;
  std::vector<std::string> settings;
  bool json = false;
};

void describe(const DescribeCommand& command) {
  Json options = Json::object();
  for (const std::string& assignment : command.settings) apply_override(options, assignment);
  const std::unique_ptr<Model> model = make_model(command.model, options);
  const Json resolved = resolved_model_options(command.model, options);
  Json parameters = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const NamedTensor& item : model->parameters()) {
    parameters.push_back({{"name", item.name}, {"shape", item.tensor.sizes().vec()}});
    std::vector<std::string> sizes;
    for (const std::int64_t size : item.tensor.sizes()) sizes.push_back(text(size));
    rows.push_back({item.name, join(sizes, " x "), with_commas(static_cast<std::uint64_t>(item.tensor.numel()))});
  }
  const std::int64_t count = parameter_count(*model);
  const std::int64_t operations = multiply_adds(*model);
  if (command.json) {
    const Json out = {{"model", command.model},
                      {"options", resolved},
                      {"parameters", count},
                      {"multiply_adds", operations},
                      {"tensors", parameters}};
    std::cout << out.dump(1) << '\n';
    return;
  }
  std::vector<std::vector<std::string>> help;
  for (const OptionHelp& row : model_options_help(command.model)) {
    help.push_back({row.key, resolved.at(row.key).dump(), row.value, row.range, row.meaning});
  }
  std::cout << text_table({"option", "value", "default", "range", "meaning"}, help) << '\n'
            << text_table({"parameter", "shape", "values"}, rows) << '\n'
            << command.model << ": " << with_commas(static_cast<std::uint64_t>(count)) << " parameters, "
            << with_commas(static_cast<std::uint64_t>(operations)) << " multiply-adds an image\n";
}

}  // namespace

void add_describe(CLI::App& program) {
  auto command = std::make_shared<DescribeCommand>();
  CLI::App* app = program.add_subcommand("describe", "Shows a model's options, parameters and cost");
  app->add_option("MODEL", command->model, "name, as in jetvit models")->required();
  app->add_option("--set", command->settings, "option as key=value")->take_all();
  app->add_flag("--json", command->json, "print as JSON");
  app->footer("Example:\n  jetvit describe coatnet_0 --set image_size=128 --set channels=8\n");
  app->callback([command] { describe(*command); });
}

}  // namespace jetvit
