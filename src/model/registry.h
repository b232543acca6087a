#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

struct ModelInfo {
  std::string name, summary;
};

// Every model that can be made, in the order that `jetvit models` shows.
std::vector<ModelInfo> model_list();

// A model with freshly drawn parameters (seed the global generator first). `options` overwrites the defaults of `name`;
// throws UsageError for an unknown name (suggesting the nearest), unknown keys and values that do not fit.
std::unique_ptr<Model> make_model(const std::string& name, const Json& options);

// The options of `name` with their defaults overwritten by `options`, and the same as a help table.
Json resolved_model_options(const std::string& name, const Json& options);
std::vector<OptionHelp> model_options_help(const std::string& name);

std::int64_t parameter_count(const Module& model);

// Multiplications and additions counted as one, of convolutions, linear layers and attention products, for one image.
std::int64_t multiply_adds(Model& model);

}  // namespace jetvit
