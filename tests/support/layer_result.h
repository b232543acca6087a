#pragma once

#include <ATen/core/Tensor.h>

#include "support/leaf.h"

namespace jetvit::test {

// The output of a layer with input x, a weight and a bias, and its gradients.
struct LayerResult {
  at::Tensor y, gx, gw, gb;
};

template <class Layer>
LayerResult run_layer(Layer layer, const at::Tensor& values, const at::Tensor& w, const at::Tensor& b,
                      const at::Tensor& gradient) {
  const at::Tensor x = leaf(values);
  const at::Tensor weight = leaf(w);
  const at::Tensor bias = leaf(b);
  const at::Tensor y = layer(x, weight, bias);
  y.backward(gradient);
  return {y, x.grad(), weight.grad(), bias.grad()};
}

}  // namespace jetvit::test
