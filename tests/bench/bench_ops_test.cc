// What is timed side by side gives the same numbers.
#include "bench/bench_ops.h"

#include <set>

#include <gtest/gtest.h>

#include "base/error.h"

namespace jetvit {
namespace {

TEST(BenchOps, BothSidesComputeTheSame) {
  const auto results = bench_ops({.operators = {}, .images = 2, .compute = {}, .time = {.seconds = 0, .rounds = 3}});
  std::set<std::string> names;
  for (const BenchOpsResult& result : results) {
    SCOPED_TRACE(result.name + " against " + result.peer);
    names.insert(result.name);
    // Sums of up to 6,000 products in another order lose 1e-6 of the largest; a weight in bfloat16 may round the other
    // way only where float32 differs, which it does not (tests/ops/adam_update_test.cc).
    EXPECT_LT(result.difference, 1e-5);
    EXPECT_GT(result.milliseconds, 0);
    EXPECT_LE(result.slowest_ratio, result.ratio);
    EXPECT_LE(result.ratio, result.fastest_ratio);
  }
  EXPECT_EQ(results.size(), 11U);
  EXPECT_EQ(names.size(), 10U);  // attention has two peers
}

TEST(BenchOps, TimesThoseThatAreNamed) {
  const auto results =
      bench_ops({.operators = {"layer_norm"}, .images = 1, .compute = {}, .time = {.seconds = 0, .rounds = 1}});
  ASSERT_EQ(results.size(), 1U);
  EXPECT_EQ(results[0].size, "1 x 28 x 28 x 192");
  EXPECT_THROW(bench_ops({.operators = {"layer_nrom"}, .images = 1, .compute = {}}), UsageError);
}

}  // namespace
}  // namespace jetvit
