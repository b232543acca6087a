#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/options.h"
#include "base/table.h"
#include "base/text.h"
#include "model/layer_table.h"
#include "model/registry.h"

namespace jetvit {
namespace {

void list_models(bool as_json) {
  Json models = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const ModelInfo& info : model_list()) {
    const std::unique_ptr<Model> model = make_model_shape(info.name, Json::object());
    const LayerRow layers = layer_table(*model);
    models.push_back({{"name", info.name},
                      {"summary", info.summary},
                      {"image_size", model->image_size()},
                      {"parameters", layers.parameters},
                      {"multiply_adds", layers.multiply_adds}});
    rows.push_back({info.name, text(model->image_size()), with_commas(static_cast<std::uint64_t>(layers.parameters)),
                    with_commas(static_cast<std::uint64_t>((layers.multiply_adds + 500000) / 1000000)), info.summary});
  }
  if (as_json) {
    std::cout << json_text(models, 1) << '\n';
  } else {
    std::cout << text_table({"model", "pixels", "parameters", "M multiply-adds", "description"}, rows);
  }
}

}  // namespace

void add_models(CLI::App& program) {
  auto as_json = std::make_shared<bool>(false);
  CLI::App* app = program.add_subcommand("models", "Lists the models with their sizes and costs");
  app->add_flag("--json", *as_json, "print JSON");
  app->footer("Example:\n  jetvit models\n");
  app->callback([as_json] { list_models(*as_json); });
}

}  // namespace jetvit
