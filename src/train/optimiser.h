#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/module.h"
#include "train/recipe.h"

namespace jetvit {

using NamedTensors = std::vector<NamedTensor>;

// False for norms' scales, biases (tensors of one dimension), position tables and class tokens: what weight decay
// leaves alone unless the recipe says otherwise.
bool decays(const std::string& name, const at::Tensor& parameter);

// Euclidean norm over all gradients. Scales them down to `largest` in total where it is exceeded (torch's
// clip_grad_norm_); largest 0 leaves them.
double clip_gradients(const NamedTensors& parameters, double largest);

// AdamW, Adam or SGD with the fused kernels of ATen: one call updates all tensors. AdamW shrinks parameters by the
// factor 1 - lr * weight_decay as torch does, or by 1 - weight_decay as TensorFlow Addons does
// (OptimiserOptions::decay_times_lr).
class Optimiser {
 public:
  // parameters: leaves that require a gradient, in the order of the model.
  Optimiser(const OptimiserOptions& options, const NamedTensors& parameters);

  // One update with the gradients of the parameters; those without a gradient stay.
  void step(double lr, double weight_decay);
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
  void update(bool decayed, double lr, double weight_decay);

  OptimiserOptions options_;
  std::vector<Slot> slots_;
  std::int64_t steps_ = 0;
};

}  // namespace jetvit
