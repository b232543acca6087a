// A short form of coverage_long_test.cc: few toys, so wide bounds.
#include "measure/coverage.h"

#include <gtest/gtest.h>

namespace jetvit {
namespace {

constexpr int kFewToys = 400;

// Three standard deviations of the share over the toys, and a bias of 0.02.
void expect_stated(const test::Coverage& all) {
  for (const auto& [name, share] : all) {
    const double stated = name.ends_with("68") ? 0.6827 : 0.95;
    EXPECT_NEAR(share, stated, 3 * std::sqrt(stated * (1 - stated) / kFewToys) + 0.02) << name;
  }
}

TEST(Coverage, OfEveryErrorInSmallSamples) {
  expect_stated(test::coverage(200, kFewToys, 200));
}

TEST(Coverage, OfErrorsWithWeights) {
  expect_stated(test::coverage_with_weights(600, kFewToys));
}

// A limit is right in 95 % of the samples or more, and there is one in as many as have at most one background jet
// (Poisson, to three standard deviations and 0.05 for the interpolation of the curve).
TEST(Coverage, OfLimitsWhereFewJetsPass) {
  for (const auto& [expected, share] : test::coverage_of_limits(kFewToys)) {
    const double few = std::exp(-expected) * (1 + expected);
    EXPECT_NEAR(share.given, few, 3 * std::sqrt(few * (1 - few) / kFewToys) + 0.05) << expected;
    EXPECT_GE(share.right, 0.95 - 3 * std::sqrt(0.95 * 0.05 / kFewToys)) << expected;
  }
}

}  // namespace
}  // namespace jetvit
