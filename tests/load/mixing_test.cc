#include "load/mixing.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include "base/draws.h"

namespace jetvit {
namespace {

std::vector<double> betas(double alpha, int count) {
  RandomStream stream({41, static_cast<std::uint64_t>(1000 * alpha)});
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(draw_beta(alpha, stream));
  return values;
}

TEST(Beta, MomentsAreThoseOfTheDistribution) {
  constexpr int kCount = 200000;
  for (const double alpha : {0.1, 0.2, 0.8, 1.0, 5.0, 40.0}) {
    double mean = 0;
    double square = 0;
    double fourth = 0;
    for (const double value : betas(alpha, kCount)) {
      ASSERT_GE(value, 0);
      ASSERT_LE(value, 1);
      mean += (value - 0.5) / kCount;
      square += std::pow(value - 0.5, 2) / kCount;
      fourth += std::pow(value - 0.5, 4) / kCount;
    }
    // Variance 1 / (4 (2 a + 1)), fourth central moment 3 / (16 (2 a + 1) (2 a + 3)); four standard errors.
    const double variance = 1 / (4 * (2 * alpha + 1));
    const double kurtosis = 3 / (16 * (2 * alpha + 1) * (2 * alpha + 3));
    EXPECT_NEAR(mean, 0, 4 * std::sqrt(variance / kCount)) << alpha;
    EXPECT_NEAR(square, variance, 4 * std::sqrt((kurtosis - variance * variance) / kCount)) << alpha;
    EXPECT_NEAR(fourth, kurtosis, 0.02 * kurtosis) << alpha;
  }
}

// Kolmogorov-Smirnov test against distributions with a simple closed form.
TEST(Beta, DistributionIsCorrect) {
  constexpr int kCount = 100000;
  const std::vector<std::pair<double, std::function<double(double)>>> cases = {
      {0.5, [](double x) { return 2 / std::numbers::pi * std::asin(std::sqrt(x)); }},
      {1.0, [](double x) { return x; }},
      {2.0, [](double x) { return x * x * (3 - 2 * x); }}};
  for (const auto& [alpha, formula] : cases) {
    std::vector<double> values = betas(alpha, kCount);
    std::sort(values.begin(), values.end());
    double distance = 0;
    for (int i = 0; i < kCount; ++i) {
      distance = std::max(distance, std::abs(formula(values[static_cast<std::size_t>(i)]) - (i + 0.5) / kCount));
    }
    EXPECT_LT(distance, 1.95 / std::sqrt(kCount)) << alpha;  // one sample in a thousand is above
  }
}

TEST(Beta, TinyAlphasGiveEndsWithoutFailing) {
  int low = 0;
  for (const double value : betas(1e-4, 2000)) {
    ASSERT_TRUE(value >= 0 && value <= 1);
    low += value < 0.5 ? 1 : 0;
  }
  EXPECT_NEAR(low, 1000, 4 * std::sqrt(500));
}

TEST(Mixing, KindsHaveTheRequestedFrequencies) {
  const AugmentOptions options{.mixup = 0.8, .cutmix = 1, .mix_probability = 0.7, .mix_switch = 0.25};
  std::vector<int> seen(3);
  for (std::uint64_t batch = 0; batch < 20000; ++batch) {
    ++seen[static_cast<std::size_t>(draw_mixing(options, 32, RandomStream({1, batch})).kind)];
  }
  EXPECT_NEAR(seen[0], 0.30 * 20000, 4 * 65);
  EXPECT_NEAR(seen[1], 0.525 * 20000, 4 * 71);
  EXPECT_NEAR(seen[2], 0.175 * 20000, 4 * 54);
  for (std::uint64_t batch = 0; batch < 100; ++batch) {
    const RandomStream stream({1, batch});
    EXPECT_EQ(draw_mixing({}, 32, stream).kind, Mixing::Kind::kNone);
    EXPECT_EQ(draw_mixing({.mixup = 1}, 32, stream).kind, Mixing::Kind::kMixup);
    EXPECT_EQ(draw_mixing({.cutmix = 1}, 32, stream).kind, Mixing::Kind::kCutmix);
  }
}

TEST(Mixing, ShareIsTheAreaOutsideTheBox) {
  double shares = 0;
  constexpr int kBatches = 20000;
  for (std::uint64_t batch = 0; batch < kBatches; ++batch) {
    const Mixing mixing = draw_mixing({.cutmix = 1}, 128, RandomStream({2, batch}));
    ASSERT_TRUE(0 <= mixing.top && mixing.top <= mixing.bottom && mixing.bottom <= 128);
    ASSERT_TRUE(0 <= mixing.left && mixing.left <= mixing.right && mixing.right <= 128);
    const int area = (mixing.bottom - mixing.top) * (mixing.right - mixing.left);
    EXPECT_DOUBLE_EQ(mixing.own, 1 - area / 16384.0);
    shares += mixing.own / kBatches;
  }
  // With a uniform share l, a box of side r = sqrt(1 - l) and a uniform center, the box keeps r (1 - r / 4) of its
  // side: the mean area is E[r^2 (1 - r / 4)^2] = 1/2 - 1/5 + 1/48.
  EXPECT_NEAR(shares, 1 - (1.0 / 2 - 1.0 / 5 + 1.0 / 48), 0.01);
}

class Images : public testing::TestWithParam<bool> {
 protected:
  bool channels_last() const { return GetParam(); }
  // (2, C, H, W) with random values, in the memory format under test.
  at::Tensor random() const {
    return at::rand({2, 3, 20, 20})
        .contiguous(channels_last() ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
  }
  void mix(const Mixing& mixing, at::Tensor& images) const {
    float* const first = images.data_ptr<float>();
    mix_images(mixing, 3, 20, channels_last(), first, first + 3 * 20 * 20);
  }
};

TEST_P(Images, MixupIsTheWeightedSum) {
  const at::Tensor before = random();
  at::Tensor after = before.clone();
  mix({.kind = Mixing::Kind::kMixup, .own = 0.3}, after);
  const at::Tensor expected = before.mul(0.3).add(before.flip({0}).mul(0.7));
  EXPECT_LE((after - expected).abs().max().item<float>(), 1.2e-7F);  // with or without FMA
  // The sum of both images does not change.
  EXPECT_NEAR(after.sum().item<double>(), before.sum().item<double>(), 1e-2);
}

TEST_P(Images, CutmixExchangesTheBox) {
  const at::Tensor before = random();
  at::Tensor after = before.clone();
  mix({.kind = Mixing::Kind::kCutmix, .own = 0.88, .top = 3, .bottom = 9, .left = 12, .right = 20}, after);
  at::Tensor expected = before.clone();
  expected.slice(2, 3, 9).slice(3, 12, 20).copy_(before.flip({0}).slice(2, 3, 9).slice(3, 12, 20));
  EXPECT_TRUE(after.equal(expected));
  EXPECT_NEAR(after.ne(before).sum().item<double>() / static_cast<double>(before.numel()), 0.12, 1e-12);
}

TEST_P(Images, NoMixingChangesNothing) {
  const at::Tensor before = random();
  at::Tensor after = before.clone();
  mix({}, after);
  EXPECT_TRUE(after.equal(before));
}

INSTANTIATE_TEST_SUITE_P(Layouts, Images, testing::Bool());

TEST(Mixing, TargetsGiveTheSumOfBothLosses) {
  RandomStream stream({3});
  const auto loss = [](double logit, double label) {
    return std::log1p(std::exp(-logit)) * label + std::log1p(std::exp(logit)) * (1 - label);
  };
  for (int trial = 0; trial < 100; ++trial) {
    const Mixing mixing{.kind = Mixing::Kind::kMixup, .own = stream.uniform()};
    const Target jet{static_cast<float>(stream.below(2)), static_cast<float>(stream.uniform(0, 3))};
    const Target partner{static_cast<float>(stream.below(2)), static_cast<float>(stream.uniform(0, 3))};
    const Target mixed = mix_targets(mixing, jet, partner);
    const double logit = stream.uniform(-4, 4);
    EXPECT_NEAR(mixed.weight * loss(logit, mixed.label),
                mixing.own * jet.weight * loss(logit, jet.label) +
                    (1 - mixing.own) * partner.weight * loss(logit, partner.label),
                1e-5);
  }
}

TEST(Mixing, EqualWeightsGiveTimmsTargets) {
  const Target mixed = mix_targets({.kind = Mixing::Kind::kCutmix, .own = 0.75}, {1, 1}, {0, 1});
  EXPECT_EQ(mixed.label, 0.75F);
  EXPECT_EQ(mixed.weight, 1.0F);
  const Target without = mix_targets({.kind = Mixing::Kind::kMixup, .own = 0.5}, {1, 0}, {0, 0});
  EXPECT_EQ(without.label, 1.0F);
  EXPECT_EQ(without.weight, 0.0F);
}

}  // namespace
}  // namespace jetvit
