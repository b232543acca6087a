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

// An integer weight is that many values; their errors differ.
TEST(Histogram, WeightsAreSummed) {
  NamedValues weighted{"weighted", {}, {}};
  NamedValues repeated{"repeated", {}};
  double squares = 0;
  for (int value = 0; value < 300; ++value) {
    const int weight = value % 4;
    weighted.values.push_back(value + 0.5);
    weighted.weights.push_back(weight);
    squares += weight * weight;
    for (int copy = 0; copy < weight; ++copy) repeated.values.push_back(value + 0.5);
  }
  weighted.values.push_back(NAN);
  weighted.weights.push_back(100);
  const Histogram bins = histogram({weighted, repeated});
  EXPECT_EQ(bins.totals[0], bins.totals[1]);
  double sum = 0;
  for (std::size_t bin = 0; bin < bins.bins(); ++bin) {
    EXPECT_EQ(bins.counts[0][bin], bins.counts[1][bin]) << bin;
    EXPECT_EQ(bins.density(0, bin), bins.density(1, bin)) << bin;
    EXPECT_GE(bins.error(0, bin), bins.error(1, bin)) << bin;
    sum += bins.squares[0][bin];
  }
  EXPECT_EQ(sum, squares);
  // Weights without a positive sum have no density.
  const Histogram none = histogram({{"none", {1, 2, 3}, {1, -2, 1}}});
  for (std::size_t bin = 0; bin < none.bins(); ++bin) EXPECT_EQ(none.density(0, bin), 0);
}

TEST(Histogram, BinsOfCountsCoverEqualNumbersOfValues) {
  const Histogram bins = histogram({{"even", {0, 2, 4, 6, 200}}});
  EXPECT_EQ(bins.low, -1);
  EXPECT_EQ(std::fmod(bins.width, 2), 0);
}

}  // namespace
}  // namespace jetvit
