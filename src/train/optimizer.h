#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compute/bf16_weights.h"
#include "model/module.h"
#include "run/recipe.h"

namespace jetvit {

using NamedTensors = std::vector<NamedTensor>;

// False for norms' scales, biases (tensors of one dimension), position tables and class tokens: what weight decay
// leaves alone unless the recipe says otherwise.
bool decays(const std::string& name, const at::Tensor& parameter);

// The gradients of those that have one, in order.
std::vector<at::Tensor> gradients_of(const NamedTensors& parameters);

// Euclidean norm over all gradients: float64, of no dimension, on the parameters' device. Throws Error if there are
// none.
at::Tensor gradient_norm(const NamedTensors& parameters);

// What gradients of this norm are multiplied by to have at most `largest` in total (torch's clip_grad_norm_), on the
// norm's device; undefined for largest 0, which leaves them.
at::Tensor clip_scale(const at::Tensor& norm, double largest);

// AdamW, Adam or SGD with the fused kernels of ATen: one call updates all tensors. AdamW shrinks parameters by the
// factor 1 - lr * weight_decay as torch does, or by 1 - weight_decay as TensorFlow Addons does
// (OptimizerOptions::decay_times_lr). Parameters and what is remembered of them are float32; those of which
// bf16_weights keeps copies have gradients in bfloat16. On the CPU, AdamW and Adam read these as they are and write the
// copy in the same pass. No step waits for a device.
class Optimizer {
 public:
  // parameters: leaves that require a gradient, in the order of the model. bf16_weights outlives this object.
  Optimizer(const OptimizerOptions& options, const NamedTensors& parameters, Bf16Weights* bf16_weights = nullptr);

  // One update with the gradients of the parameters times gradient_scale (undefined for 1); those without a gradient
  // stay. counts (float32; undefined for 1): 0 for a step that is to change nothing. The other numbers are float64. All
  // are of no dimension and on the parameters' device: none becomes a part of a recorded step.
  void step(const at::Tensor& lr, const at::Tensor& weight_decay, const at::Tensor& gradient_scale = {},
            const at::Tensor& counts = {});
  // The same with numbers of the host.
  void step(double lr, double weight_decay, const at::Tensor& gradient_scale = {});
  void clear_gradients();

  // All that step() remembers: "steps", and "exp_avg.<parameter>" ... of every parameter. Views, not copies.
  std::map<std::string, at::Tensor> state() const;

  // Copies a saved state in; throws Error naming a missing or misshapen tensor. steps: for states of earlier versions,
  // which had no "steps".
  void restore(const std::map<std::string, at::Tensor>& tensors, std::int64_t steps);

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter, first, second;  // first: exp_avg or momentum; second: exp_avg_sq (adam, adamw)
    bool decayed;
  };
  struct Tensors {  // of one call of a fused kernel
    std::vector<at::Tensor> parameters, gradients, first, second;
  };
  bool has_own_update(const Slot& slot) const;
  Tensors tensors(bool decayed) const;
  void update_with_copy(const Slot& slot, double lr, double weight_decay, double gradient_scale) const;
  void update_on_cpu(bool decayed, double lr, double weight_decay, double gradient_scale) const;
  void update_on_device(bool decayed, const at::Tensor& lr, const at::Tensor& weight_decay,
                        const at::Tensor& gradient_scale, const at::Tensor& counts) const;
  template <class Rate>
  void update(const Tensors& of, const Rate& lr, double weight_decay, const std::optional<at::Tensor>& skips) const;

  OptimizerOptions options_;
  Bf16Weights* bf16_weights_;
  std::vector<Slot> slots_;
  at::Tensor steps_;  // that counted: float32, of no dimension, on the parameters' device
};

}  // namespace jetvit
