#include "predict/inference.h"

#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>

#include "compute/autocast.h"
#include "compute/bf16_matmul.h"

namespace jetvit {

Inference::Inference(Model& model, const ComputeOptions& options)
    : model_(model), evaluation_(model), options_(options) {
  const c10::NoGradGuard no_gradients;
  // Emulated matrix multiplications round the weights themselves.
  if (!options.is_bf16() || multiplies_bf16(options.device)) model.pack(options.is_bf16() ? at::kBFloat16 : at::kFloat);
}

Inference::~Inference() {
  model_.unpack();
}

at::Tensor Inference::logits(const at::Tensor& images) const {
  const c10::InferenceMode inference;
  const AutocastGuard autocast(options_);
  return model_.forward(images.to(options_.device)).to(at::kFloat);
}

}  // namespace jetvit
