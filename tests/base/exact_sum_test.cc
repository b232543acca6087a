#include "base/exact_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

std::vector<float> wide_values() {
  std::mt19937 random(7);
  std::vector<float> values;
  for (int i = 0; i < 10000; ++i) {
    values.push_back(std::ldexp(static_cast<float>(random() % 2000) - 1000.0F, static_cast<int>(random() % 60) - 30));
  }
  return values;
}

TEST(ExactSum, DoesNotDependOnOrderOrGrouping) {
  std::vector<float> values = wide_values();
  ExactSum in_order;
  for (const float value : values) in_order.add(value);
  std::shuffle(values.begin(), values.end(), std::mt19937(3));
  ExactSum first, second;
  for (std::size_t i = 0; i < values.size(); ++i) (i % 3 == 0 ? first : second).add(values[i]);
  second.merge(first);
  EXPECT_EQ(in_order.sum(), second.sum());
  EXPECT_EQ(in_order.sum_of_squares(), second.sum_of_squares());
}

TEST(ExactSum, KeepsWhatDoublesLose) {
  ExactSum sum;
  sum.add(std::ldexp(1.0F, 100));
  sum.add(1.0F);
  sum.add(-std::ldexp(1.0F, 100));
  EXPECT_EQ(sum.sum(), 1.0);
}

TEST(ExactSum, AgreesWithLongDoubleAndHoldsTheExtremes) {
  long double total = 0, squares = 0;
  ExactSum sum;
  for (const float value : wide_values()) {
    sum.add(value);
    total += value;
    squares += static_cast<long double>(value) * value;
  }
  EXPECT_NEAR(sum.sum(), static_cast<double>(total), 1e-12 * std::abs(static_cast<double>(total)));
  EXPECT_NEAR(sum.sum_of_squares(), static_cast<double>(squares), 1e-12 * static_cast<double>(squares));
  ExactSum tiny;
  tiny.add(std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(tiny.sum(), std::numeric_limits<float>::denorm_min());
  ExactSum large;
  large.add(std::numeric_limits<float>::max());
  EXPECT_EQ(large.sum(), std::numeric_limits<float>::max());
}

}  // namespace
}  // namespace jetvit
