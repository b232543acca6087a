#include "train/gradient_pass.h"

#include "compute/autocast.h"
#include "compute/tf32_guard.h"

namespace jetvit {

at::Tensor add_gradients(Model& model, const ComputeOptions& compute, Bf16Weights& bf16_weights,
                         const at::Tensor& images, const LossTerms& terms, const at::Tensor& weight_sum,
                         const LossScale* scale) {
  const Tf32Guard tf32(compute);  // of both passes
  at::Tensor logits;
  {
    const AutocastGuard autocast(compute);
    const Bf16Weights::Use use(bf16_weights);
    logits = model.forward(images);
  }
  const at::Tensor loss = weighted_loss(logits.to(at::kFloat).reshape({-1}), terms, weight_sum);
  (scale != nullptr ? scale->scaled(loss) : loss).backward();
  bf16_weights.move_gradients();
  return loss.detach();
}

}  // namespace jetvit
