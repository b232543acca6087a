#pragma once

#include <map>
#include <memory>
#include <string>

#include "model/io/weights.h"
#include "model/registry.h"
#include "support/hash_fill.h"

namespace jetvit::test {

// A model whose parameters and buffers are filled with hash_weight(), like those of the references in tests/oracle.
inline std::unique_ptr<Model> filled_model(const std::string& name, const Json& options) {
  std::unique_ptr<Model> model = make_model(name, options);
  std::map<std::string, at::Tensor> weights;
  for (const auto& [key, tensor] : named_weights(*model)) weights[key] = hash_weight(key, tensor.sizes());
  load_weights(*model, weights, "hash");
  return model;
}

}  // namespace jetvit::test
