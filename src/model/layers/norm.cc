#include "model/layers/norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/sqrt.h>

#include "base/error.h"
#include "model/layers/init.h"
#include "ops/batch_norm_activation.h"
#include "ops/compute_twice.h"
#include "ops/layer_norm.h"
#include "ops/row_blocks.h"
#include "ops/sync_batch_norm.h"

namespace jetvit {
namespace {

// A batch counts once in the running statistics.
double momentum() {
  return is_second_pass() ? 0 : 0.1;
}

// The running variance of a single value would be 0 / 0, for good.
void check_has_variance(const at::Tensor& x) {
  if (x.size(0) * x.size(2) * x.size(3) != 1) return;
  throw Error(
      "batch norm: one value a channel to train on, of a single image that is 1 x 1 in this layer (take a larger batch "
      "or image_size)");
}

}  // namespace

BatchNorm2d::BatchNorm2d(int channels, double epsilon) : epsilon_(epsilon) {
  weight_ = add_parameter("weight", init::ones({channels}));
  bias_ = add_parameter("bias", init::zeros({channels}));
  running_mean_ = add_buffer("running_mean", init::zeros({channels}));
  running_var_ = add_buffer("running_var", init::ones({channels}));
}

at::Tensor BatchNorm2d::compute(const at::Tensor& x) const {
  if (auto y = packed_forward(x, std::nullopt)) return *y;
  if (training()) check_has_variance(x);
  if (training() && SharedStatistics::group() != nullptr) return synchronized(x, std::nullopt);
  return at::batch_norm(x, weight_, bias_, running_mean_, running_var_, training(), momentum(), epsilon_, false);
}

at::Tensor BatchNorm2d::synchronized(const at::Tensor& x, std::optional<Activation> activation) const {
  return sync_batch_norm(x, weight_, bias_, running_mean_, running_var_, momentum(), epsilon_, activation,
                         *SharedStatistics::group());
}

at::Tensor BatchNorm2d::forward(const at::Tensor& x, Activation activation) const {
  if (auto y = packed_forward(x, activation)) return *y;
  if (!training()) return activate(forward(x), activation);
  check_has_variance(x);
  if (SharedStatistics::group() != nullptr) return synchronized(x, activation);
  return batch_norm_activation(x, weight_, bias_, running_mean_, running_var_, momentum(), epsilon_, activation);
}

std::optional<at::Tensor> BatchNorm2d::packed_forward(const at::Tensor& x, std::optional<Activation> activation) const {
  if (!packed_ || x.scalar_type() != at::kFloat || !is_channels_last_image(x)) return std::nullopt;
  return packed_->images(x, activation);
}

void BatchNorm2d::pack(at::ScalarType precision) {
  if (precision != at::kFloat || !weight_.device().is_cpu() || weight_.scalar_type() != at::kFloat) return;
  const Affine folded = affine();
  packed_.emplace(folded.factor, folded.shift);
}

BatchNorm2d::Affine BatchNorm2d::affine() const {
  const at::Tensor factor = weight_ / at::sqrt(running_var_ + epsilon_);
  return {factor, bias_ - running_mean_ * factor};
}

LayerNorm::LayerNorm(int channels, double epsilon) : epsilon_(epsilon) {
  weight_ = add_parameter("weight", init::ones({channels}));
  bias_ = add_parameter("bias", init::zeros({channels}));
}

at::Tensor LayerNorm::compute(const at::Tensor& x) const {
  return layer_norm(x, weight_, bias_, epsilon_);
}

at::Tensor LayerNorm::forward_channels(const at::Tensor& x) const {
  return forward(x.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
}

}  // namespace jetvit
