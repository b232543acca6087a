#pragma once

#include <memory>
#include <string>

#include <ATen/core/Tensor.h>

#include "model/registry.h"
#include "train/seed_random.h"

namespace jetvit::test {

// A model with drawn weights for images of 48 (nano) or 64 px. drop: of all that drops at random.
inline std::unique_ptr<Model> model_on(at::Device device, const std::string& name, double drop = 0) {
  Json options = {{"image_size", name.ends_with("nano") ? 48 : 64}};
  for (const char* key : {"dropout", "drop_path", "front_drop_path"}) {
    if (resolved_model_options(name, Json::object()).contains(key)) options[key] = drop;
  }
  seed_random(1, kInitialization, 0);
  return make_model(name, options, device);
}

}  // namespace jetvit::test
