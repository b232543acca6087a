#pragma once

#include <ATen/core/Tensor.h>

#include "model/evaluation_mode.h"

namespace jetvit {

// A model that predicts, for the time of this object: in evaluation mode, its weights packed (Module::pack) for
// products in bfloat16 or float32. The parameters must not change meanwhile; afterwards the model is as it was.
class Inference {
 public:
  Inference(Model& model, bool bf16);
  ~Inference();
  Inference(const Inference&) = delete;
  Inference& operator=(const Inference&) = delete;

  // Of images (N, channels, image_size, image_size), fastest in the order of input_format: (N, outputs) in float32,
  // without gradients.
  at::Tensor logits(const at::Tensor& images) const;

 private:
  Model& model_;
  EvaluationMode evaluation_;
  bool bf16_;
};

}  // namespace jetvit
