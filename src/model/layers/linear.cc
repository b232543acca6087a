#include "model/layers/linear.h"

#include <ATen/ops/linear.h>

#include "model/layers/init.h"
#include "ops/bf16_products.h"

namespace jetvit {

Linear::Linear(int in, int out, Init init) {
  const bool truncated = init == Init::kTruncatedNormal;
  weight_ = add_parameter("weight",
                          truncated ? init::truncated_normal({out, in}, 0.02) : init::uniform_fan_in({out, in}, in));
  bias_ = add_parameter("bias", truncated ? init::zeros({out}) : init::uniform_fan_in({out}, in));
}

at::Tensor Linear::forward(const at::Tensor& x) const {
  return rounded(at::linear(rounded(x), rounded(weight_), bias_));
}

at::Tensor Linear::forward_part(const at::Tensor& x, std::int64_t first, std::int64_t count) const {
  return rounded(at::linear(rounded(x), rounded(weight_.narrow(0, first, count)), bias_.narrow(0, first, count)));
}

}  // namespace jetvit
