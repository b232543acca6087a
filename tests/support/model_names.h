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

}  // namespace jetvit::test
