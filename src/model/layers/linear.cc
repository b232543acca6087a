#include "model/layers/linear.h"

#include <ATen/ops/linear.h>

#include "model/layers/init.h"

namespace jetvit {

Linear::Linear(int in, int out, Init init) {
  const bool truncated = init == Init::kTruncatedNormal;
  weight_ = add_parameter("weight",
                          truncated ? init::truncated_normal({out, in}, 0.02) : init::uniform_fan_in({out, in}, in));
  bias_ = add_parameter("bias", truncated ? init::zeros({out}) : init::uniform_fan_in({out}, in));
}

at::Tensor Linear::forward(const at::Tensor& x) const {
  return at::linear(x, weight_, bias_);
}

}  // namespace jetvit
