#include "generate/pool_size.h"

#include <gtest/gtest.h>

namespace jetvit {
namespace {

std::size_t size_for(std::size_t jets, std::size_t asked = 0, double pile_up = 21) {
  GenerateOptions options;
  options.jets = jets;
  options.pool = asked;
  options.pile_up = pile_up;
  return pool_size(options);
}

// The numbers of docs/generator.md and of the program's help.
TEST(PoolSize, IsTwentyPerJetWithinItsLimits) {
  EXPECT_EQ(size_for(1'000'000), 20'000U);
  EXPECT_EQ(size_for(4000), 20'000U);
  EXPECT_EQ(size_for(1000), 20'000U);
  EXPECT_EQ(size_for(998), 19'960U);
  EXPECT_EQ(size_for(500), 10'000U);
  EXPECT_EQ(size_for(14), 280U);
  EXPECT_EQ(size_for(12), 250U);
  EXPECT_EQ(size_for(2), 250U);
  EXPECT_EQ(pool_size(GenerateOptions{}), 20'000U);
}

// Half of the jets are of each class: the last of an odd number of jets costs a pair.
TEST(PoolSize, CountsPairs) {
  EXPECT_EQ(size_for(499), size_for(500));
  EXPECT_EQ(size_for(999), size_for(1000));
}

TEST(PoolSize, IsWhatTheUserAsksFor) {
  EXPECT_EQ(size_for(4000, 3), 3U);
  EXPECT_EQ(size_for(2, 50'000), 50'000U);
}

TEST(PoolSize, IsZeroWithoutPileUp) {
  EXPECT_EQ(size_for(4000, 0, 0), 0U);
  EXPECT_EQ(size_for(4000, 300, 0), 0U);
  EXPECT_EQ(size_for(4000, 0, 0.1), 20'000U);
}

}  // namespace
}  // namespace jetvit
