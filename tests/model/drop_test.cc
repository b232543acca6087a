// Properties of dropout and stochastic depth: values are dropped independently with a binomial distribution, and the
// expectation does not change.
#include <cmath>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include "model/layers/drop_path.h"

namespace jetvit {
namespace {

void seed(std::uint64_t value) {
  at::Generator(at::detail::getDefaultCPUGenerator()).set_current_seed(value);
}

// Expects `count` successes of `trials` within four standard deviations of the binomial distribution.
void expect_binomial(std::int64_t count, std::int64_t trials, double probability) {
  const auto n = static_cast<double>(trials);
  EXPECT_NEAR(static_cast<double>(count), n * probability, 4 * std::sqrt(n * probability * (1 - probability)));
}

// The input is all ones. Values are kept with probability `keep` and scaled by 1 / keep. They are independent of their
// neighbors: both values of a pair are kept with probability keep^2.
void expect_dropped(const at::Tensor& kept_values, double keep) {
  const at::Tensor values = kept_values.flatten();
  const at::Tensor kept = values.ne(0);
  const std::int64_t trials = values.numel();
  EXPECT_TRUE(((values - 1 / keep).abs() < 1e-6).eq(kept).all().item<bool>()) << "survivors are not scaled by 1 / keep";
  expect_binomial(kept.sum().item<std::int64_t>(), trials, keep);
  for (const std::int64_t distance : {1, 2, 8}) {
    // Pairs are disjoint, so that they are independent trials.
    const at::Tensor pairs = kept.narrow(0, 0, trials / (2 * distance) * 2 * distance).reshape({-1, 2, distance});
    expect_binomial(pairs.all(1).sum().item<std::int64_t>(), pairs.size(0) * distance, keep * keep);
  }
  // The mean is 1, with a standard deviation of sqrt((1 - keep) / keep / n).
  EXPECT_NEAR(values.mean().item<double>(), 1, 4 * std::sqrt((1 - keep) / keep / static_cast<double>(trials)));
}

TEST(Dropout, DropsValuesIndependentlyAndKeepsTheExpectation) {
  seed(1);
  for (const double rate : {0.1, 0.3, 0.5, 0.9}) {
    SCOPED_TRACE(rate);
    expect_dropped(dropout(at::ones({64, 32, 64}), rate, true), 1 - rate);
  }
}

TEST(Dropout, GradientPassesOnlyThroughKeptValues) {
  seed(2);
  const at::Tensor x = at::ones({1000}).requires_grad_(true);
  const at::Tensor y = dropout(x, 0.4, true);
  y.sum().backward();
  EXPECT_TRUE(at::equal(x.grad(), y.detach()));
}

TEST(DropPath, DropsImagesIndependentlyAndKeepsTheExpectation) {
  seed(3);
  for (const double rate : {0.05, 0.2, 0.5, 0.8}) {
    SCOPED_TRACE(rate);
    const DropPath layer(rate);
    const at::Tensor y = layer.forward(at::ones({40000, 3, 2, 2}));
    const at::Tensor first = y.flatten(1).select(1, 0);
    EXPECT_TRUE(at::equal(y, first.reshape({-1, 1, 1, 1}).expand_as(y))) << "an image is dropped in part";
    expect_dropped(first, 1 - rate);
  }
}

TEST(DropPath, KeepsEverythingInEvaluationAndAtRateZero) {
  const at::Tensor x = at::rand({100, 4});
  DropPath layer(0.5);
  layer.train(false);
  EXPECT_TRUE(at::equal(layer.forward(x), x));
  EXPECT_TRUE(at::equal(DropPath(0).forward(x), x));
  EXPECT_TRUE(at::equal(dropout(x, 0.5, false), x));
  EXPECT_TRUE(at::equal(dropout(x, 0, true), x));
}

TEST(DropPath, RatesIncreaseLinearlyToTheLastBlock) {
  const std::vector<double> rates = drop_path_rates(0.2, 5);
  ASSERT_EQ(rates.size(), 5U);
  for (std::size_t block = 0; block < 5; ++block) EXPECT_DOUBLE_EQ(rates[block], 0.05 * static_cast<double>(block));
  EXPECT_EQ(drop_path_rates(0.2, 1), std::vector<double>{0});
}

}  // namespace
}  // namespace jetvit
