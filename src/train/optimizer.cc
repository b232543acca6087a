#include "train/optimizer.h"

#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/stack.h>
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

at::Tensor gradient_norm(const NamedTensors& parameters) {
  const c10::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  for (const auto& [name, parameter] : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  if (gradients.empty()) throw Error("no parameter has a gradient");
  const at::Tensor norms = at::stack(at::_foreach_norm(gradients, 2, at::kFloat)).to(at::kDouble);
  // Running sums, because those of the CPU add one number after the other, for any number of threads.
  return norms.square().cumsum(0).select(0, -1).sqrt();
}

at::Tensor clip_scale(const at::Tensor& norm, double largest) {
  return largest > 0 ? at::full_like(norm, largest).div(norm.add(1e-6)).clamp_max(1) : at::Tensor();
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

void Optimizer::update_with_copy(const Slot& slot, double lr, double weight_decay, double gradient_scale) const {
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
}

void Optimizer::update(bool decayed, double lr, double weight_decay, const at::Tensor& gradient_scale) {
  std::vector<at::Tensor> parameters, gradients, first, second;
  // A number of the CPU costs nothing to read.
  const bool is_known = !gradient_scale.defined() || gradient_scale.is_cpu();
  const double known_scale = gradient_scale.defined() && is_known ? gradient_scale.item<double>() : 1;
  for (const Slot& slot : slots_) {
    const at::Tensor gradient = slot.parameter.grad();
    if (slot.decayed != decayed || !gradient.defined()) continue;
    if (options_.kind != "sgd" && gradient.is_cpu() && gradient.scalar_type() == at::kBFloat16) {
      update_with_copy(slot, lr, weight_decay, known_scale);
      continue;
    }
    parameters.push_back(slot.parameter);
    gradients.push_back(gradient.to(at::kFloat));
    first.push_back(slot.first);
    second.push_back(slot.second);
    // The schemas of the kernels do not declare that they modify it.
    slot.parameter.unsafeGetTensorImpl()->bump_version();
  }
  if (parameters.empty()) return;
  if (!is_known) {
    at::_foreach_mul_(gradients, gradient_scale);
  } else if (known_scale != 1) {
    at::_foreach_mul_(gradients, known_scale);
  }
  // The kernels read a count per tensor; all of them are the same.
  const std::vector<at::Tensor> steps(
      parameters.size(), at::full({}, static_cast<double>(steps_), parameters[0].options().dtype(at::kFloat)));
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

void Optimizer::step(double lr, double weight_decay, const at::Tensor& gradient_scale) {
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
