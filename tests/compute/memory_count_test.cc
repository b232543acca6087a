#include "compute/memory_count.h"

#include <optional>
#include <thread>

#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(MemoryCount, PeakIsTheMostThatTensorsHadAtOneTime) {
  const at::Tensor before = at::empty({1 << 20}, at::kFloat);
  MemoryCount count;
  EXPECT_EQ(count.peak(), 0U);
  {
    const at::Tensor large = at::empty({1 << 20}, at::kFloat);  // kept by the cache of blocks
    const at::Tensor small = at::empty({8}, at::kFloat);        // from malloc
    EXPECT_EQ(count.peak(), (4U << 20) + 32);
  }
  const at::Tensor next = at::empty({100}, at::kDouble);
  EXPECT_EQ(count.peak(), (4U << 20) + 32) << "what was released has made room";
  std::thread([] { const at::Tensor other = at::empty({2 << 20}, at::kFloat); }).join();
  EXPECT_EQ(count.peak(), (8U << 20) + 800) << "of another thread";
}

TEST(MemoryCount, TensorsOutliveIt) {
  std::optional<at::Tensor> kept;
  at::Tensor before = at::empty({1 << 20}, at::kFloat);
  {
    const MemoryCount count;
    kept = at::empty({1 << 20}, at::kFloat);
    before = at::Tensor();
    const at::Tensor after = at::empty({1 << 19}, at::kFloat);
    EXPECT_EQ(count.peak(), 6U << 20) << "one from before counts as nothing when it goes";
  }
  kept.reset();
  const MemoryCount next;
  const at::Tensor tensor = at::empty({5}, at::kFloat);
  EXPECT_EQ(next.peak(), 20U);
}

}  // namespace
}  // namespace jetvit
