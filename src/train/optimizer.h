#pragma once

#include <cstdint>
#include <map>
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
  Optimizer(const OptimizerOptions& options, const NamedTensors& parameters, const Bf16Weights* bf16_weights = nullptr);

  // One update with the gradients of the parameters times gradient_scale (of no dimension, on their device; undefined
  // for 1); those without a gradient stay.
  void step(double lr, double weight_decay, const at::Tensor& gradient_scale = {});
  void clear_gradients();

  // "exp_avg.<parameter>" ... of every parameter: views, not copies. With the step count all that step() remembers.
  std::map<std::string, at::Tensor> state() const;
  std::int64_t steps() const { return steps_; }

  // Copies a saved state in; throws Error naming a missing or misshapen tensor.
  void restore(const std::map<std::string, at::Tensor>& tensors, std::int64_t steps);

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter, first, second;  // first: exp_avg or momentum; second: exp_avg_sq (adam, adamw)
    bool decayed;
  };
  void update(bool decayed, double lr, double weight_decay, const at::Tensor& gradient_scale);
  void update_with_copy(const Slot& slot, double lr, double weight_decay, double gradient_scale) const;

  OptimizerOptions options_;
  const Bf16Weights* bf16_weights_;
  std::vector<Slot> slots_;
  std::int64_t steps_ = 0;
};

}  // namespace jetvit
