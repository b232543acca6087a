#include "model/layers/squeeze_excite.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/sigmoid.h>

#include "ops/row_blocks.h"
#include "ops/squeeze_excite.h"

namespace jetvit {

SqueezeExcite::SqueezeExcite(const SqueezeExciteOptions& options) : activation_(options.activation) {
  const auto convolution = [&](int in, int out) {
    return std::make_shared<Conv2d>(ConvOptions{.in = in, .out = out, .init = options.init});
  };
  fc1_ = add_child(options.names[0], convolution(options.channels, options.reduced));
  fc2_ = add_child(options.names[1], convolution(options.reduced, options.channels));
}

at::Tensor SqueezeExcite::compute(const at::Tensor& x) const {
  if (fc1_->is_packed() && x.scalar_type() == at::kFloat && is_channels_last_image(x)) {
    return excite(x, fc2_->forward(fc1_->forward(squeeze(x), activation_)));
  }
  // Otherwise by the two convolutions, which may have packed weights and have rows of their own in tables of layers.
  if (can_use_squeeze_excite(x, fc1_->weight().scalar_type())) {
    return squeeze_excite(x, fc1_->weight().flatten(1), fc1_->bias(), fc2_->weight().flatten(1), fc2_->bias(),
                          activation_);
  }
  const at::Tensor squeezed = x.mean({2, 3}, /*keepdim=*/true);
  return x * at::sigmoid(fc2_->forward(activate(fc1_->forward(squeezed), activation_)));
}

}  // namespace jetvit
