#include "model/layers/squeeze_excite.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>

namespace jetvit {

SqueezeExcite::SqueezeExcite(int channels, int reduced, ConvOptions::Init init) {
  fc1_ = add_child("fc1", std::make_shared<Conv2d>(ConvOptions{.in = channels, .out = reduced, .init = init}));
  fc2_ = add_child("fc2", std::make_shared<Conv2d>(ConvOptions{.in = reduced, .out = channels, .init = init}));
}

at::Tensor SqueezeExcite::forward(const at::Tensor& x) const {
  const at::Tensor squeezed = x.mean({2, 3}, /*keepdim=*/true);
  return x * at::sigmoid(fc2_->forward(at::relu(fc1_->forward(squeezed))));
}

}  // namespace jetvit
