#pragma once

#include <string>
#include <vector>

#include "model/registry.h"

namespace jetvit::test {

// All models of the registry, for parameterized tests.
inline std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const ModelInfo& info : model_list()) names.push_back(info.name);
  return names;
}

// The small ones, one of each kind.
inline std::vector<std::string> small_model_names() {
  std::vector<std::string> names = model_names();
  std::erase_if(names, [](const std::string& name) { return !name.ends_with("nano") && name != "resnet_15"; });
  return names;
}

}  // namespace jetvit::test
