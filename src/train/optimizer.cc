#include "train/optimizer.h"

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
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

std::vector<at::Tensor> gradients_of(const NamedTensors& parameters) {
  std::vector<at::Tensor> gradients;
  for (const auto& [name, parameter] : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  return gradients;
}

at::Tensor gradient_norm(const NamedTensors& parameters) {
  const c10::NoGradGuard no_grad;
  const std::vector<at::Tensor> gradients = gradients_of(parameters);
  if (gradients.empty()) throw Error("no parameter has a gradient");
  const at::Tensor norms = at::stack(at::_foreach_norm(gradients, 2, at::kFloat)).to(at::kDouble);
  // A sum in a fixed order. Running sums of the CPU add one number after the other, for any number of threads; those of
  // GPUs do not, but their sums have an order.
  const at::Tensor squares = norms.square();
  return (norms.is_cpu() ? squares.cumsum(0).select(0, -1) : squares.sum()).sqrt();
}

at::Tensor clip_scale(const at::Tensor& norm, double largest) {
  return largest > 0 ? at::full_like(norm, largest).div(norm.add(1e-6)).clamp_max(1) : at::Tensor();
}

Optimizer::Optimizer(const OptimizerOptions& options, const NamedTensors& parameters, Bf16Weights* bf16_weights)
    : options_(options), bf16_weights_(bf16_weights) {
  const c10::NoGradGuard no_grad;
  for (const auto& [name, parameter] : parameters) {
    Slot slot{
        name, parameter, at::zeros_like(parameter), {}, options.decay_norms_and_biases || decays(name, parameter)};
    if (options.kind != "sgd") slot.second = at::zeros_like(parameter);
    slots_.push_back(slot);
  }
  const at::Device device = slots_.empty() ? at::kCPU : slots_[0].parameter.device();
  steps_ = at::zeros({}, at::TensorOptions(device).dtype(at::kFloat));
}

// Reads a gradient in bfloat16 as it is and writes the copy of the weight in the same pass.
bool Optimizer::has_own_update(const Slot& slot) const {
  const at::Tensor gradient = slot.parameter.grad();
  return options_.kind != "sgd" && gradient.is_cpu() && gradient.scalar_type() == at::kBFloat16;
}

Optimizer::Tensors Optimizer::tensors(bool decayed) const {
  Tensors out;
  for (const Slot& slot : slots_) {
    const at::Tensor gradient = slot.parameter.grad();
    if (slot.decayed != decayed || !gradient.defined() || has_own_update(slot)) continue;
    out.parameters.push_back(slot.parameter);
    out.gradients.push_back(gradient.to(at::kFloat));
    out.first.push_back(slot.first);
    out.second.push_back(slot.second);
    // The schemas of the kernels do not declare that they modify it.
    slot.parameter.unsafeGetTensorImpl()->bump_version();
  }
  return out;
}

void Optimizer::update_with_copy(const Slot& slot, double lr, double weight_decay, double gradient_scale) const {
  AdamStep step = {.step = steps_.item<std::int64_t>(),
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

template <class Rate>
void Optimizer::update(const Tensors& of, const Rate& lr, double weight_decay,
                       const std::optional<at::Tensor>& skips) const {
  // The kernels read a count per tensor; all of them are the same.
  const std::vector<at::Tensor> steps(of.parameters.size(), steps_);
  if (options_.kind == "sgd") {
    at::_fused_sgd_(of.parameters, of.gradients, of.first, weight_decay, options_.momentum, lr, /*dampening=*/0,
                    /*nesterov=*/false, /*maximize=*/false, /*is_first_step=*/false, /*grad_scale=*/{}, skips);
  } else if (options_.kind == "adam") {
    at::_fused_adam_(of.parameters, of.gradients, of.first, of.second, {}, steps, lr, options_.beta1, options_.beta2,
                     weight_decay, options_.eps, /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/{}, skips);
  } else {
    at::_fused_adamw_(of.parameters, of.gradients, of.first, of.second, {}, steps, lr, options_.beta1, options_.beta2,
                      weight_decay, options_.eps, /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/{}, skips);
  }
}

void Optimizer::update_on_cpu(bool decayed, double lr, double weight_decay, double gradient_scale) const {
  for (const Slot& slot : slots_) {
    if (slot.decayed == decayed && slot.parameter.grad().defined() && has_own_update(slot)) {
      update_with_copy(slot, lr, weight_decay, gradient_scale);
    }
  }
  const Tensors of = tensors(decayed);
  if (of.parameters.empty()) return;
  if (gradient_scale != 1) at::_foreach_mul_(of.gradients, gradient_scale);
  if (options_.kind == "adamw" && !options_.decay_times_lr && weight_decay != 0) {
    at::_foreach_mul_(of.parameters, 1 - weight_decay);
    weight_decay = 0;
  }
  update(of, lr, weight_decay, {});
}

// The fused kernels take the rate from the device's memory, but not the decay: it is done before.
void Optimizer::update_on_device(bool decayed, const at::Tensor& lr, const at::Tensor& weight_decay,
                                 const at::Tensor& gradient_scale, const at::Tensor& counts) const {
  const Tensors of = tensors(decayed);
  if (of.parameters.empty()) return;
  if (gradient_scale.defined()) at::_foreach_mul_(of.gradients, gradient_scale.to(at::kFloat));
  if (decayed && options_.kind == "adamw") {
    const at::Tensor loss = (options_.decay_times_lr ? lr.mul(weight_decay) : weight_decay).mul(counts);
    at::_foreach_mul_(of.parameters, loss.neg_().add_(1).to(at::kFloat));
  } else if (decayed) {
    at::_foreach_add_(of.gradients, at::_foreach_mul(of.parameters, weight_decay.to(at::kFloat)));
  }
  update(of, lr.to(at::kFloat), 0, counts.neg().add_(1));
}

void Optimizer::step(const at::Tensor& lr, const at::Tensor& weight_decay, const at::Tensor& gradient_scale,
                     const at::Tensor& counts) {
  const c10::NoGradGuard no_grad;
  const at::Tensor one_or_zero = counts.defined() ? counts : at::ones_like(steps_);
  steps_.add_(one_or_zero);
  if (steps_.is_cpu()) {
    if (one_or_zero.item<float>() == 0) return;
    const double scale = gradient_scale.defined() ? gradient_scale.item<double>() : 1;
    update_on_cpu(true, lr.item<double>(), weight_decay.item<double>(), scale);
    update_on_cpu(false, lr.item<double>(), 0, scale);
  } else {
    for (const bool decayed : {true, false}) {
      update_on_device(decayed, lr, weight_decay, gradient_scale, one_or_zero);
    }
  }
  if (bf16_weights_ != nullptr) bf16_weights_->round_changed();
}

void Optimizer::step(double lr, double weight_decay, const at::Tensor& gradient_scale) {
  const auto options = at::TensorOptions(steps_.device()).dtype(at::kDouble);
  step(at::full({}, lr, options), at::full({}, weight_decay, options), gradient_scale);
}

void Optimizer::clear_gradients() {
  for (Slot& slot : slots_) slot.parameter.mutable_grad() = at::Tensor();
}

std::map<std::string, at::Tensor> Optimizer::state() const {
  std::map<std::string, at::Tensor> tensors = {{"steps", steps_}};
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
    if (name == "steps" && saved == tensors.end()) {
      steps_.fill_(steps);
      continue;
    }
    if (saved == tensors.end()) throw Error(text("optimizer state ", name, " is missing"));
    if (saved->second.sizes() != tensor.sizes()) throw Error(text("optimizer state ", name, " has another shape"));
    tensor.copy_(saved->second);
  }
}

}  // namespace jetvit
