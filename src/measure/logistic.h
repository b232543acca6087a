#pragma once

#include <algorithm>
#include <cmath>

// Signal probabilities p and their logits, log(p / (1 - p)).
namespace jetvit {

// 1 / (1 + exp(-logit)) without overflow.
inline double sigmoid(double logit) {
  if (logit >= 0) return 1 / (1 + std::exp(-logit));
  const double power = std::exp(logit);
  return power / (1 + power);
}

// The binary cross-entropy in nats, without overflow: -log(sigmoid(logit)) for signal, -log(sigmoid(-logit)) for
// background.
inline double log_loss_of_logit(double logit, bool positive) {
  const double of_truth = positive ? logit : -logit;
  return std::max(-of_truth, 0.0) + std::log1p(std::exp(-std::abs(of_truth)));
}

}  // namespace jetvit
