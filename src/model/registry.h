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

// The same with shapes alone: of its tensors, which take no memory, and of what its layers make of images on the device
// "meta".
std::unique_ptr<Model> make_model_shape(const std::string& name, const Json& options);

// The options of `name` with their defaults overwritten by `options`, and the same as a help table.
Json resolved_model_options(const std::string& name, const Json& options);
std::vector<OptionHelp> model_options_help(const std::string& name);

std::int64_t parameter_count(const Module& model);

}  // namespace jetvit
