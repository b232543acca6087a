#include "train/loss_scale.h"

#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/_amp_foreach_non_finite_check_and_unscale.h>
#include <ATen/ops/_amp_update_scale.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

namespace jetvit {
namespace {

constexpr double kFirstFactor = 65536;
constexpr double kSmallestFactor = 1;
constexpr double kGrowth = 2;
constexpr double kBackoff = 0.5;

}  // namespace

LossScale::LossScale(at::Device device, std::int64_t growth_interval)
    : growth_interval_(growth_interval),
      factor_(at::full({}, kFirstFactor, at::TensorOptions(device).dtype(at::kFloat))),
      steps_(at::zeros({}, at::TensorOptions(device).dtype(at::kInt))) {}

at::Tensor LossScale::scaled(const at::Tensor& loss) const {
  return loss * factor_;
}

LossScale::Verdict LossScale::unscale(const NamedTensors& parameters, const at::Tensor& loss) {
  const c10::NoGradGuard no_gradients;
  const std::vector<at::Tensor> gradients = gradients_of(parameters);
  at::Tensor overflow = at::zeros_like(factor_);
  at::_amp_foreach_non_finite_check_and_unscale_(gradients, overflow, factor_.reciprocal());
  const at::Tensor is_smallest = factor_.le(kSmallestFactor).to(at::kFloat);
  at::_amp_update_scale_(factor_, steps_, overflow * at::isfinite(loss).to(at::kFloat), kGrowth, kBackoff,
                         growth_interval_);
  factor_.clamp_min_(kSmallestFactor);
  return {.fits = 1 - overflow, .evidence = (1 - overflow * is_smallest).reciprocal_()};
}

}  // namespace jetvit
