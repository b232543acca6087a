#include "train/gradient_pass.h"

#include <functional>

#include "compute/autocast.h"
#include "compute/tf32_guard.h"

namespace jetvit {

at::Tensor add_gradients(Model& model, const RecomputedLayers& recomputed, const ComputeOptions& compute,
                         Bf16Weights& bf16_weights, const at::Tensor& images, const LossTerms& terms,
                         const at::Tensor& weight_sum, const LossScale* scale) {
  const Tf32Guard tf32(compute);  // of both passes
  const auto with_settings = [&](const std::function<at::Tensor()>& pass) {
    const AutocastGuard autocast(compute);
    const Bf16Weights::Use use(bf16_weights);
    return pass();
  };
  const at::Tensor logits = with_settings([&] {
    const Recompute recompute(recomputed, with_settings);
    return model.forward(images);
  });
  const at::Tensor loss = weighted_loss(logits.to(at::kFloat).reshape({-1}), terms, weight_sum);
  (scale != nullptr ? scale->scaled(loss) : loss).backward();
  bf16_weights.move_gradients();
  return loss.detach();
}

}  // namespace jetvit
