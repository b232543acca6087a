#include "train/loss_scale.h"

#include <cmath>

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
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
  EXPECT_EQ(scale.unscale(parameters).item<float>(), 1);
  EXPECT_TRUE(at::equal(weight.grad(), 2 * weight));
}

TEST(LossScale, IsHalvedByAnOverflowAndDoubledAfterManySteps) {
  const NamedTensors parameters = one_parameter();
  LossScale scale(at::kCPU, 3);
  const auto step = [&](double gradient) {
    parameters[0].tensor.mutable_grad() = at::full({3}, gradient);
    return scale.unscale(parameters).item<float>();
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

TEST(LossScale, ThatIsTooSmallIsEvidence) {
  const NamedTensors parameters = one_parameter();
  LossScale scale(at::kCPU);
  for (int halvings = 0; halvings < 16; ++halvings) {
    EXPECT_TRUE(std::isfinite(scale.evidence().item<float>())) << halvings;
    parameters[0].tensor.mutable_grad() = at::full({3}, INFINITY);
    scale.unscale(parameters);
  }
  EXPECT_EQ(factor(scale), 1);
  EXPECT_TRUE(std::isfinite(scale.evidence().item<float>()));
  parameters[0].tensor.mutable_grad() = at::full({3}, INFINITY);
  scale.unscale(parameters);
  EXPECT_FALSE(std::isfinite(scale.evidence().item<float>()));
}

}  // namespace
}  // namespace jetvit
