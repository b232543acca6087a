#include "compute/bf16_weights.h"

#include <utility>
#include <vector>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_copy.h>

#include "compute/bf16_matmul.h"

namespace jetvit {
namespace {

thread_local Bf16Weights* in_use = nullptr;

}  // namespace

Bf16Weights::Bf16Weights(const ComputeOptions& options)
    : enabled_(options.is_bf16() && multiplies_bf16(options.device)) {}

Bf16Weights::Use::Use(Bf16Weights& weights) : before_(std::exchange(in_use, weights.enabled_ ? &weights : nullptr)) {}

Bf16Weights::Use::~Use() {
  in_use = before_;
}

void Bf16Weights::watch_copies(std::function<void(const at::Tensor&, const at::Tensor&)> watch) {
  watch_ = std::move(watch);
}

const at::Tensor& Bf16Weights::rounded(const at::Tensor& weight) {
  Copy& copy = copies_[weight.unsafeGetTensorImpl()];
  if (!copy.rounded.defined()) {
    copy.weight = weight;
    copy.rounded = weight.detach().to(at::kBFloat16).set_requires_grad(weight.requires_grad());
    copy.version = weight._version();
    if (watch_) watch_(weight, copy.rounded);
  } else if (copy.version != weight._version()) {
    const at::NoGradGuard no_gradients;
    copy.rounded.copy_(weight);
    copy.version = weight._version();
  }
  return copy.rounded;
}

void Bf16Weights::move_gradients() {
  const at::NoGradGuard no_gradients;
  for (auto& [key, copy] : copies_) {
    const at::Tensor gradient = std::exchange(copy.rounded.mutable_grad(), at::Tensor());
    if (!gradient.defined()) continue;
    at::Tensor& total = copy.weight.mutable_grad();
    total = total.defined() ? total.to(at::kFloat).add_(gradient) : gradient;
  }
}

void Bf16Weights::round_changed() {
  const at::NoGradGuard no_gradients;
  std::vector<at::Tensor> copies, weights;
  for (auto& [key, copy] : copies_) {
    if (copy.version == copy.weight._version()) continue;
    copies.push_back(copy.rounded);
    weights.push_back(copy.weight);
    copy.version = copy.weight._version();
  }
  if (!copies.empty()) at::_foreach_copy_(copies, weights);
}

at::Tensor Bf16Weights::copy_of(const at::Tensor& weight) const {
  return copies_.at(weight.unsafeGetTensorImpl()).rounded;
}

at::Tensor cached_bf16(const at::Tensor& weight) {
  return in_use != nullptr && weight.defined() ? in_use->rounded(weight) : weight;
}

}  // namespace jetvit
