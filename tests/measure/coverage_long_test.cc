// Every error that jetvit prints covers the truth as often as it says: 2,000 toys of 200 and of 6,000 jets.
#include <iostream>

#include <gtest/gtest.h>

#include "measure/coverage.h"

namespace jetvit {
namespace {

TEST(CoverageLong, OfEveryError) {
  constexpr int kToys = 2000;
  for (const std::size_t jets : {200U, 6000U}) {
    test::Coverage all = test::coverage(jets, kToys, 1000);
    all.merge(test::coverage_of_seeds(jets, kToys, 0.1));
    if (jets > 1000) all.merge(test::coverage_with_weights(jets, kToys));
    for (const auto& [name, share] : all) {
      std::cout << jets << " jets, " << name << ": " << 100 * share << " %\n";
      // 68 % intervals may cover 65 to 72 %, 95 % ones 93.5 to 96.5 %; toys alone spread by 1.0 and 0.5 %.
      EXPECT_GE(share, name.ends_with("68") ? 0.65 : 0.935) << jets << " jets, " << name;
      EXPECT_LE(share, name.ends_with("68") ? 0.72 : 0.965) << jets << " jets, " << name;
    }
  }
  for (const auto& [expected, share] : test::coverage_of_limits(kToys)) {
    std::cout << expected << " background jets expected: a limit in " << 100 * share.given << " %, right in "
              << 100 * share.right << " %\n";
    EXPECT_GE(share.right, 0.935) << expected;
  }
}

}  // namespace
}  // namespace jetvit
