#include "base/parallel_for.h"

#include "support/expect_error.h"

namespace jetvit {
namespace {

TEST(ParallelFor, VisitsEveryIndexOnce) {
  std::vector<std::atomic<int>> visits(1000);
  parallel_for(visits.size(), 4, [&](std::size_t index, int) { ++visits[index]; });
  for (const auto& count : visits) EXPECT_EQ(count, 1);
}

TEST(ParallelFor, RethrowsAndStops) {
  std::atomic<int> calls{0};
  EXPECT_ERROR(parallel_for(100000, 4,
                            [&](std::size_t, int) {
                              ++calls;
                              throw Error("boom");
                            }),
               Error, "boom");
  EXPECT_LE(calls, 4);
}

}  // namespace
}  // namespace jetvit
