#include "train/loss_terms.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/where.h>

namespace jetvit {

LossTerms loss_terms(const at::Tensor& targets, const at::Tensor& weights, double positive_weight,
                     double label_smoothing) {
  const at::Tensor positive = positive_weight * targets;
  const at::Tensor factor = (1 - targets) + positive;
  return {(positive / factor) * (1 - label_smoothing) + label_smoothing / 2, weights * factor};
}

at::Tensor weighted_loss(const at::Tensor& logits, const LossTerms& terms, const at::Tensor& weight_sum) {
  const at::Tensor divisor = at::where(weight_sum > 0, weight_sum, 1).to(logits.scalar_type());
  return at::binary_cross_entropy_with_logits(logits, terms.targets, terms.weights, {}, at::Reduction::Sum) / divisor;
}

}  // namespace jetvit
