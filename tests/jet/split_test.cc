#include "jet/split.h"

#include <array>
#include <cmath>

#include "support/expect_error.h"

namespace jetvit {
namespace {

TEST(Split, SharesAreRightWithinTheirError) {
  constexpr int kRows = 100000;
  std::array<int, 3> counts{};
  for (std::uint64_t row = 0; row < kRows; ++row) {
    ++counts[static_cast<std::size_t>(split_of("jets.parquet", row, {.validation = 0.1, .test = 0.2}))];
  }
  EXPECT_NEAR(counts[1], 0.1 * kRows, 5 * std::sqrt(0.09 * kRows));
  EXPECT_NEAR(counts[2], 0.2 * kRows, 5 * std::sqrt(0.16 * kRows));
}

TEST(Split, FilesDiffer) {
  int equal = 0;
  for (std::uint64_t row = 0; row < 1000; ++row) {
    equal += split_of("a.parquet", row, {0.3, 0.3}) == split_of("b.parquet", row, {0.3, 0.3}) ? 1 : 0;
  }
  EXPECT_LT(equal, 450);  // 340 expected if independent
}

TEST(Split, NamesRoundTrip) {
  for (const Split split : kSplits) EXPECT_EQ(split_from_name(split_name(split)), split);
  EXPECT_ERROR(split_from_name("dev"), UsageError, "is not one of train, validation, test");
}

}  // namespace
}  // namespace jetvit
