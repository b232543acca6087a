#pragma once

#include <ATen/core/Tensor.h>

#include "compute/compute_options.h"
#include "model/eval_mode_guard.h"

namespace jetvit {

// Prepares a model for prediction during the lifetime of this object: evaluation mode, and weights packed
// (Module::pack) for multiplications in bfloat16 or float32. The parameters must not change in the meantime. The
// destructor restores the model.
class Inference {
 public:
  // The model is on the device of the options.
  Inference(Model& model, const ComputeOptions& options);
  ~Inference();
  Inference(const Inference&) = delete;
  Inference& operator=(const Inference&) = delete;

  // Of images (N, channels, image_size, image_size) on any device, fastest in the order of input_format: (N, outputs)
  // in float32 on the model's device, without gradients. On the CPU in float32, threads work on parts of the batch,
  // each of which passes through all layers while it is in the cache. Calls may run at the same time.
  at::Tensor logits(const at::Tensor& images) const;

 private:
  at::Tensor logits_of_part(const at::Tensor& images) const;

  Model& model_;
  EvalModeGuard evaluation_;
  ComputeOptions options_;
  bool is_parted_;
};

}  // namespace jetvit
