#include "report/histogram.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(Histogram, DensitiesIntegrateToOneInCommonBins) {
  std::vector<double> first(1000);
  std::iota(first.begin(), first.end(), 0.25);
  const Histogram bins = histogram({{"first", first}, {"second", {100.5, 200.5, NAN, 200.75, INFINITY}}});
  EXPECT_EQ(bins.totals, (std::vector<double>{1000, 3}));
  double integral = 0;
  for (std::size_t bin = 0; bin < bins.bins(); ++bin) {
    integral += bins.width * bins.density(1, bin);
    EXPECT_NEAR(bins.error(0, bin) * std::sqrt(bins.counts[0][bin]), bins.density(0, bin), 1e-15);
    double inside = 0;  // counted one by one
    for (const double value : first) {
      inside += value >= bins.edge(bin) && value < bins.edge(bin + 1) ? 1 : 0;
    }
    EXPECT_NEAR(bins.counts[0][bin], inside, 1) << bin << ": a value may lie on an edge";
  }
  EXPECT_NEAR(integral, 1, 1e-12);
}

TEST(Histogram, BinsOfCountsCoverEqualNumbersOfValues) {
  const Histogram bins = histogram({{"even", {0, 2, 4, 6, 200}}});
  EXPECT_EQ(bins.low, -1);
  EXPECT_EQ(std::fmod(bins.width, 2), 0);
}

}  // namespace
}  // namespace jetvit
