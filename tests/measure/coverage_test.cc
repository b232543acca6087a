// A short form of coverage_long_test.cc: few toys, so wide bounds.
#include "measure/coverage.h"

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(Coverage, OfEveryErrorInSmallSamples) {
  constexpr int kToys = 400;
  for (const auto& [name, share] : test::coverage(200, kToys, 200)) {
    const bool is_68 = name.ends_with("68");
    // Three standard deviations of the share over the toys, and a bias of 0.02.
    const double stated = is_68 ? 0.6827 : 0.95;
    const double margin = 3 * std::sqrt(stated * (1 - stated) / kToys) + 0.02;
    EXPECT_GE(share, stated - margin) << name;
    EXPECT_LE(share, name.ends_with("limit") ? 1 : stated + margin) << name;
  }
}

}  // namespace
}  // namespace jetvit
