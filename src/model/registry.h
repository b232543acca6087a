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

// All available models, in the order shown by `jetvit models`.
std::vector<ModelInfo> model_list();

// Creates a model with random initial parameters (seed libtorch's global generator first), the same on every device.
// `options` overrides the defaults of `name`. Throws UsageError for an unknown name (suggesting the nearest one),
// unknown keys and inconsistent values.
std::unique_ptr<Model> make_model(const std::string& name, const Json& options, at::Device device = at::kCPU);

// The same model on the device "meta": its tensors have shapes but no values and take no memory, and a forward pass
// gives the shapes of the outputs only.
std::unique_ptr<Model> make_model_shape(const std::string& name, const Json& options);

// All options of the model `name`, with defaults overridden by `options`; and a help table of its options. Both throw
// UsageError like make_model().
Json resolved_model_options(const std::string& name, const Json& options);
std::vector<OptionHelp> model_options_help(const std::string& name);

// The number of trainable values.
std::int64_t parameter_count(const Module& model);

}  // namespace jetvit
