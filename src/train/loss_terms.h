#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// Weighted binary cross-entropy with soft targets.
struct LossTerms {
  at::Tensor targets;  // (N) float32, probability of label 1
  at::Tensor weights;  // (N) float32
};

// Combines the batch's soft targets t and weights w with the recipe's options. A jet's loss is the sum of the losses of
// its labels, of which label 1 counts `positive_weight` times:
//   w (t positive_weight loss(1) + (1 - t) loss(0)) = w' loss(t') with
//   w' = w (1 - t + positive_weight t),  t' = positive_weight t / (1 - t + positive_weight t)
// Smoothing by s then moves t' to (1 - s) t' + s / 2. For t = 0 and 1 these are the usual ones to the last bit.
LossTerms loss_terms(const at::Tensor& targets, const at::Tensor& weights, double positive_weight,
                     double label_smoothing);

// Sum of weight times loss over the batch, divided by `weight_sum` (of no dimension; 1 in place of 0). On the device of
// the logits, with their type.
at::Tensor weighted_loss(const at::Tensor& logits, const LossTerms& terms, const at::Tensor& weight_sum);

}  // namespace jetvit
