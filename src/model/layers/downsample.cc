#include "model/layers/downsample.h"

#include "ops/average_pool.h"

namespace jetvit {

Downsample::Downsample(int in, int out, bool bias, ConvOptions::Init init) {
  if (in != out) {
    expand_ =
        add_child("expand", std::make_shared<Conv2d>(ConvOptions{.in = in, .out = out, .bias = bias, .init = init}));
  }
}

at::Tensor Downsample::compute(const at::Tensor& x) const {
  const at::Tensor pooled = average_pool_2x2(x);
  return expand_ ? expand_->forward(pooled) : pooled;
}

}  // namespace jetvit
