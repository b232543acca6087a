#include "train/optimizer.h"

#include <cmath>

#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/text.h"
#include "ops/adam_update.h"

namespace jetvit {

bool decays(const std::string& name, const at::Tensor& parameter) {
  if (parameter.dim() <= 1) return false;
  for (const char* part : {"pos_embed", "cls_token", "relative_position_bias_table", "rel_pos"}) {
    if (name.find(part) != std::string::npos) return false;
  }
  return true;
}

double gradient_norm(const NamedTensors& parameters) {
  const c10::NoGradGuard no_grad;
  double square = 0;
  for (const auto& [name, parameter] : parameters) {
    if (!parameter.grad().defined()) continue;
    const double norm = at::linalg_vector_norm(parameter.grad(), 2, {}, false, at::kFloat).item<double>();
    square += norm * norm;
  }
  return std::sqrt(square);
}

double clip_scale(double norm, double largest) {
  const double scale = largest / (norm + 1e-6);
  return largest > 0 && scale < 1 ? scale : 1;
}

Optimizer::Optimizer(const OptimizerOptions& options, const NamedTensors& parameters, const Bf16Weights* bf16_weights)
    : options_(options), bf16_weights_(bf16_weights) {
  const c10::NoGradGuard no_grad;
  for (const auto& [name, parameter] : parameters) {
    Slot slot{
        name, parameter, at::zeros_like(parameter), {}, options.decay_norms_and_biases || decays(name, parameter)};
    if (options.kind != "sgd") slot.second = at::zeros_like(parameter);
    slots_.push_back(slot);
  }
}

bool Optimizer::update_with_copy(const Slot& slot, double lr, double weight_decay, double gradient_scale) const {
  if (options_.kind == "sgd" || slot.parameter.grad().scalar_type() != at::kBFloat16) return false;
  AdamStep step = {.step = steps_,
                   .lr = lr,
                   .beta1 = options_.beta1,
                   .beta2 = options_.beta2,
                   .eps = options_.eps,
                   .gradient_scale = gradient_scale};
  if (options_.kind == "adam") {
    step.decay = weight_decay;
  } else {
    step.shrinkage = 1 - (options_.decay_times_lr ? lr * weight_decay : weight_decay);
  }
  adam_update(step, slot.parameter, slot.parameter.grad(), slot.first, slot.second,
              bf16_weights_->copy_of(slot.parameter));
  return true;
}

void Optimizer::update(bool decayed, double lr, double weight_decay, double gradient_scale) {
  std::vector<at::Tensor> parameters, gradients, first, second, steps;
  // The kernels read a count per tensor; all of them are the same.
  const at::Tensor step = at::scalar_tensor(static_cast<double>(steps_), at::kFloat);
  for (const Slot& slot : slots_) {
    if (slot.decayed != decayed || !slot.parameter.grad().defined()) continue;
    if (update_with_copy(slot, lr, weight_decay, gradient_scale)) continue;
    parameters.push_back(slot.parameter);
    gradients.push_back(slot.parameter.grad().to(at::kFloat));
    if (gradient_scale != 1) gradients.back().mul_(gradient_scale);
    first.push_back(slot.first);
    second.push_back(slot.second);
    steps.push_back(step);
    // The schemas of the kernels do not declare that they modify it.
    slot.parameter.unsafeGetTensorImpl()->bump_version();
  }
  if (parameters.empty()) return;
  if (options_.kind == "sgd") {
    at::_fused_sgd_(parameters, gradients, first, weight_decay, options_.momentum, lr, /*dampening=*/0,
                    /*nesterov=*/false, /*maximize=*/false, /*is_first_step=*/steps_ == 1);
  } else if (options_.kind == "adam") {
    at::_fused_adam_(parameters, gradients, first, second, {}, steps, lr, options_.beta1, options_.beta2, weight_decay,
                     options_.eps, /*amsgrad=*/false, /*maximize=*/false);
  } else {
    if (!options_.decay_times_lr && weight_decay != 0) {
      at::_foreach_mul_(parameters, 1 - weight_decay);
      weight_decay = 0;
    }
    at::_fused_adamw_(parameters, gradients, first, second, {}, steps, lr, options_.beta1, options_.beta2, weight_decay,
                      options_.eps, /*amsgrad=*/false, /*maximize=*/false);
  }
}

void Optimizer::step(double lr, double weight_decay, double gradient_scale) {
  const c10::NoGradGuard no_grad;
  ++steps_;
  update(true, lr, weight_decay, gradient_scale);
  update(false, lr, 0, gradient_scale);
}

void Optimizer::clear_gradients() {
  for (Slot& slot : slots_) slot.parameter.mutable_grad() = at::Tensor();
}

std::map<std::string, at::Tensor> Optimizer::state() const {
  std::map<std::string, at::Tensor> tensors;
  for (const Slot& slot : slots_) {
    tensors[(options_.kind == "sgd" ? "momentum." : "exp_avg.") + slot.name] = slot.first;
    if (slot.second.defined()) tensors["exp_avg_sq." + slot.name] = slot.second;
  }
  return tensors;
}

void Optimizer::restore(const std::map<std::string, at::Tensor>& tensors, std::int64_t steps) {
  const c10::NoGradGuard no_grad;
  for (auto& [name, tensor] : state()) {
    const auto saved = tensors.find(name);
    if (saved == tensors.end()) throw Error(text("optimizer state ", name, " is missing"));
    if (saved->second.sizes() != tensor.sizes()) throw Error(text("optimizer state ", name, " has another shape"));
    tensor.copy_(saved->second);
  }
  steps_ = steps;
}

}  // namespace jetvit
