#pragma once

#include <functional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace jetvit {

using Tensors = std::vector<at::Tensor>;

// An operator of this folder and what ATen has for it: two functions of the same inputs that give the same, up to the
// rounding of float32.
struct OperatorPair {
  std::string name, peer;
  Tensors inputs;      // those that gradients are wanted of where `trains`
  bool trains = true;  // else without gradients
  std::function<at::Tensor(const Tensors&)> ours, peers;
};

// At the sizes that the models have at 224 px, for `images` images.
std::vector<OperatorPair> operator_pairs(std::int64_t images);

}  // namespace jetvit
