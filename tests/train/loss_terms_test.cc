#include "train/loss_terms.h"

#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(LossTerms, HardLabelsKeepTheirBits) {
  const at::Tensor labels = at::tensor({0.F, 1.F, 1.F, 0.F});
  const at::Tensor weights = at::tensor({1.F, 0.3F, 2.F, 0.7F});
  const LossTerms plain = loss_terms(labels, weights, 1, 0);
  EXPECT_TRUE(plain.targets.equal(labels));
  EXPECT_TRUE(plain.weights.equal(weights));
  const LossTerms heavy = loss_terms(labels, weights, 1.7, 0.1);
  EXPECT_TRUE(heavy.targets.equal(labels * 0.9 + 0.05));
  EXPECT_TRUE(heavy.weights.equal(weights * at::tensor({1.F, 1.7F, 1.7F, 1.F})));
}

// torch's pos_weight multiplies the loss of the positive share.
TEST(LossTerms, PositiveWeightIsTorchs) {
  const at::Tensor targets = at::rand({100});
  const at::Tensor weights = at::rand({100});
  const at::Tensor logits = 3 * at::randn({100});
  const LossTerms terms = loss_terms(targets, weights, 2.5, 0);
  const at::Tensor expected =
      at::binary_cross_entropy_with_logits(logits, targets, weights, at::tensor({2.5F}), at::Reduction::Sum);
  const at::Tensor loss = weighted_loss(logits, terms, at::ones({}));
  EXPECT_NEAR(loss.item<double>(), expected.item<double>(), 1e-5 * expected.item<double>());
}

// Soft labels with everything on: the sum of both labels' losses, each smoothed and weighted.
TEST(LossTerms, SoftTargetsAreTheSumOverLabels) {
  const double smoothing = 0.2;
  const double heavier = 3;
  const at::Tensor t = at::rand({200}).to(at::kDouble);
  const at::Tensor w = at::rand({200}).to(at::kDouble);
  const at::Tensor logits = at::randn({200}).to(at::kDouble);
  const auto loss = [&](double label) {
    const double target = label * (1 - smoothing) + smoothing / 2;
    return -(target * at::log_sigmoid(logits) + (1 - target) * at::log_sigmoid(-logits));
  };
  const at::Tensor expected = (w * (t * heavier * loss(1) + (1 - t) * loss(0))).sum();
  const LossTerms terms = loss_terms(t, w, heavier, smoothing);
  EXPECT_NEAR(weighted_loss(logits, terms, at::ones({})).item<double>(), expected.item<double>(), 1e-9);
  EXPECT_NEAR(terms.weights.sum().item<double>(), (w * (t * heavier + 1 - t)).sum().item<double>(), 1e-9);
}

TEST(LossTerms, BatchWithoutWeightHasNoLoss) {
  const LossTerms terms = loss_terms(at::tensor({0.F, 1.F}), at::tensor({0.F, 0.F}), 1, 0);
  EXPECT_EQ(weighted_loss(at::tensor({1.F, 2.F}), terms, at::zeros({})).item<float>(), 0);
}

}  // namespace
}  // namespace jetvit
