#include "predict/inference.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include "ops/bf16_products.h"
#include "predict/autocast.h"

namespace jetvit {

Inference::Inference(Model& model, bool bf16) : model_(model), evaluation_(model), bf16_(bf16) {
  const c10::NoGradGuard no_gradients;
  // Emulated products round the weights themselves.
  if (!bf16 || has_bf16_instructions()) model.pack(bf16 ? at::kBFloat16 : at::kFloat);
}

Inference::~Inference() {
  model_.unpack();
}

at::Tensor Inference::logits(const at::Tensor& images) const {
  const c10::InferenceMode inference;
  const Autocast autocast(bf16_);
  return model_.forward(images).to(at::kFloat);
}

}  // namespace jetvit
