// The emulator finds what is wrong with a kernel; what the other tests of this program rest on.
#include "support/emulator.h"

#include <gtest/gtest.h>

#include "cuda/kernel_language.h"
#include "cuda/sum_parts.cuh"
#include "support/expect_error.h"

namespace jetvit {
namespace {

using emulator::launch;
using emulator::Order;

constexpr unsigned kThreads = 64;

// Each thread writes its number and reads that of the one opposite.
std::vector<int> opposite(bool with_barrier, Order order) {
  std::vector<int> out(kThreads, -1);
  const auto kernel = [&] {
    JETVIT_DYNAMIC_SHARED(int, numbers);
    numbers[threadIdx.x] = static_cast<int>(threadIdx.x);
    if (with_barrier) __syncthreads();
    out[threadIdx.x] = numbers[kThreads - 1 - threadIdx.x];
  };
  launch({1}, {kThreads}, kThreads * sizeof(int), kernel, order);
  return out;
}

TEST(Emulator, FindsAMissingBarrier) {
  EXPECT_EQ(opposite(true, Order::kForward), opposite(true, Order::kBackward));
  EXPECT_EQ(opposite(true, Order::kForward)[0], kThreads - 1);
  EXPECT_NE(opposite(false, Order::kForward), opposite(false, Order::kBackward));
}

TEST(Emulator, FindsABarrierThatNotAllThreadsReach) {
  const auto kernel = [] {
    if (threadIdx.x < kThreads / 2) __syncthreads();
  };
  EXPECT_ERROR(launch({1}, {kThreads}, 0, kernel, Order::kForward), std::logic_error, "do not meet at a barrier");
}

TEST(Emulator, FindsAShuffleThatNotAllThreadsReach) {
  const auto kernel = [] {
    if (threadIdx.x % 2 == 0) warp_sum(1);
  };
  EXPECT_ERROR(launch({1}, {kThreads}, 0, kernel, Order::kForward), std::logic_error, "do not meet at a shuffle");
}

// A warp may leave while others go on.
TEST(Emulator, SumsWithinWarps) {
  std::vector<float> out(kThreads, -1);
  const auto kernel = [&] {
    if (threadIdx.x < kWarp) return;
    out[threadIdx.x] = warp_sum(static_cast<float>(threadIdx.x));
  };
  launch({1}, {kThreads}, 0, kernel, Order::kForward);
  EXPECT_EQ(out[0], -1);
  for (unsigned i = kWarp; i < kThreads; ++i) EXPECT_EQ(out[i], (32 + 63) * 16) << i;
}

TEST(Emulator, RunsAllBlocksOfAGrid) {
  const std::vector<float> sums = {1, 2, 3, 10, 20, 30};
  std::vector<float> out(3, -1);
  launch(
      {2}, {2}, 0, [&] { sum_parts(sums.data(), out.data(), 2, 3); }, Order::kForward);
  EXPECT_EQ(out, (std::vector<float>{11, 22, 33}));
}

}  // namespace
}  // namespace jetvit
