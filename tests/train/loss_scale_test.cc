#include "train/loss_scale.h"

#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

// A loss whose gradient is the weight's factor.
NamedTensors one_parameter() {
  return {{"weight", at::randn({3}).set_requires_grad(true)}};
}

double factor(const LossScale& scale) {
  return scale.state().at("factor").item<double>();
}

TEST(LossScale, GivesTheGradientOfTheLoss) {
  const NamedTensors parameters = one_parameter();
  LossScale scale(at::kCPU);
  const at::Tensor weight = parameters[0].tensor;
  scale.scaled((weight * weight).sum()).backward();
  EXPECT_TRUE(at::equal(weight.grad(), 2 * 65536 * weight)) << "a power of two changes no digit";
  EXPECT_EQ(scale.unscale(parameters, at::ones({})).fits.item<float>(), 1);
  EXPECT_TRUE(at::equal(weight.grad(), 2 * weight));
}

TEST(LossScale, IsHalvedByAnOverflowAndDoubledAfterManySteps) {
  const NamedTensors parameters = one_parameter();
  LossScale scale(at::kCPU, 3);
  const auto step = [&](double gradient) {
    parameters[0].tensor.mutable_grad() = at::full({3}, gradient);
    return scale.unscale(parameters, at::ones({})).fits.item<float>();
  };
  EXPECT_EQ(step(INFINITY), 0);
  EXPECT_EQ(factor(scale), 32768);
  EXPECT_EQ(step(NAN), 0);
  EXPECT_EQ(factor(scale), 16384);
  for (const double expected : {16384, 16384, 32768}) {
    EXPECT_EQ(step(1), 1);
    EXPECT_EQ(factor(scale), expected);
  }
}

// Then the factor stays, and a step that fits is none.
TEST(LossScale, AnOverflowAtTheSmallestFactorIsEvidence) {
  const NamedTensors parameters = one_parameter();
  LossScale scale(at::kCPU);
  const auto is_evidence = [&](double gradient) {
    parameters[0].tensor.mutable_grad() = at::full({3}, gradient);
    return !std::isfinite(scale.unscale(parameters, at::ones({})).evidence.item<float>());
  };
  for (int halvings = 0; halvings < 16; ++halvings) EXPECT_FALSE(is_evidence(INFINITY)) << halvings;
  EXPECT_EQ(factor(scale), 1);
  EXPECT_FALSE(is_evidence(1));
  EXPECT_TRUE(is_evidence(INFINITY));
  EXPECT_EQ(factor(scale), 1);
  EXPECT_FALSE(is_evidence(1));
}

// Bad jets, that are skipped again and again, do not shrink the factor.
TEST(LossScale, ALossThatIsNotFiniteChangesNothing) {
  const NamedTensors parameters = one_parameter();
  LossScale scale(at::kCPU);
  parameters[0].tensor.mutable_grad() = at::full({3}, NAN);
  EXPECT_EQ(scale.unscale(parameters, at::full({}, NAN)).fits.item<float>(), 0);
  EXPECT_EQ(factor(scale), 65536);
}

}  // namespace
}  // namespace jetvit
