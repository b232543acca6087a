#include "model/layers/linear.h"

#include <ATen/ops/linear.h>

#include "compute/bf16_matmul.h"
#include "compute/bf16_weights.h"
#include "model/layers/init.h"
#include "ops/fused_activation.h"

namespace jetvit {
namespace {

at::Tensor initial_weight(const init::Shape& shape, Linear::Init init) {
  switch (init) {
    case Linear::Init::kTruncatedNormal:
      return init::truncated_normal(shape, 0.02);
    case Linear::Init::kUniformFanOut:
      return init::uniform_fan_out(shape);
    case Linear::Init::kXavier:
    case Linear::Init::kXavierMlp:
      return init::xavier_uniform(shape);
    case Linear::Init::kDefault:
      break;
  }
  return init::uniform_fan_in(shape, shape[1]);
}

at::Tensor initial_bias(int in, int out, Linear::Init init) {
  if (init == Linear::Init::kDefault) return init::uniform_fan_in({out}, in);
  if (init == Linear::Init::kXavierMlp) return init::normal({out}, 1e-6);
  return init::zeros({out});
}

}  // namespace

Linear::Linear(int in, int out, Init init, bool with_bias) {
  weight_ = add_parameter("weight", initial_weight({out, in}, init));
  if (with_bias) bias_ = add_parameter("bias", initial_bias(in, out, init));
}

at::Tensor Linear::compute(const at::Tensor& x) const {
  if (packed_) return packed_->forward(x);
  return rounded(at::linear(rounded(x), rounded(cached_bf16(weight_)), cached_bf16(bias_)));
}

at::Tensor Linear::forward(const at::Tensor& x, Activation activation) const {
  return packed_ ? packed_->forward(x, activation) : fused_activation(forward(x), activation);
}

at::Tensor Linear::forward_part(const at::Tensor& x, std::int64_t first, std::int64_t count) const {
  return watched([&] {
    const at::Tensor weight = cached_bf16(weight_).narrow(0, first, count);
    return rounded(at::linear(rounded(x), rounded(weight), cached_bf16(bias_).narrow(0, first, count)));
  });
}

void Linear::pack(at::ScalarType precision) {
  if (can_pack(weight_, precision)) packed_.emplace(weight_, bias_, precision);
}

}  // namespace jetvit
