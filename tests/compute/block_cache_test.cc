#include "compute/block_cache.h"

#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace jetvit {
namespace {

constexpr std::size_t kMegabyte = 1 << 20;

TEST(BlockCache, ReusesDeallocatedBlocks) {
  BlockCache cache;
  void* const block = cache.allocate(10 * kMegabyte);
  ASSERT_NE(block, nullptr);
  EXPECT_TRUE(cache.deallocate(block));
  EXPECT_EQ(cache.allocate(9 * kMegabyte), block) << "a tenth smaller";
  EXPECT_TRUE(cache.deallocate(block));
  void* const small = cache.allocate(kMegabyte);
  EXPECT_NE(small, block) << "a tenth of it would waste the rest";
  EXPECT_TRUE(cache.deallocate(small));
}

TEST(BlockCache, AcceptsOnlyItsOwnBlocks) {
  BlockCache cache;
  int other = 0;
  EXPECT_FALSE(cache.deallocate(&other));
  void* const block = cache.allocate(1);
  EXPECT_TRUE(cache.deallocate(block));
  EXPECT_FALSE(cache.deallocate(block)) << "given back already";
}

TEST(BlockCache, ReturnsNullWithoutMemory) {
  BlockCache cache;
  EXPECT_EQ(cache.allocate(std::numeric_limits<std::size_t>::max()), nullptr);
  EXPECT_EQ(cache.allocate(std::numeric_limits<std::size_t>::max() / 4), nullptr);
  EXPECT_EQ(cache.reserved_bytes(), 0U);
}

// Each block has a new size, so that no kept block can be reused.
TEST(BlockCache, KeepsAtMostHalfOfThePeak) {
  BlockCache cache;
  std::size_t most_used = 0;
  for (std::size_t round = 1; round <= 40; ++round) {
    const std::size_t bytes = round * round * 10'000;
    void* const first = cache.allocate(bytes);
    void* const second = cache.allocate(2 * bytes);
    most_used = std::max(most_used, 3 * (bytes + BlockCache::kAlignment));
    EXPECT_LE(cache.reserved_bytes(), most_used + most_used / 2);
    cache.deallocate(second);
    cache.deallocate(first);
    EXPECT_LE(cache.reserved_bytes(), most_used + most_used / 2);
  }
}

// Every block is filled with its own pattern, which must be unchanged when the block is deallocated.
TEST(BlockCache, BlocksOfSeveralThreadsDoNotOverlap) {
  BlockCache cache;
  const auto work = [&cache](unsigned seed) {
    std::mt19937 random(seed);
    struct Filled {
      unsigned char* bytes;
      std::size_t size;
      unsigned char pattern;
    };
    std::vector<Filled> filled;
    const auto check_and_give_back = [&](const Filled& block) {
      EXPECT_EQ(block.bytes[0], block.pattern);
      EXPECT_EQ(std::memcmp(block.bytes, block.bytes + 1, block.size - 1), 0);
      EXPECT_TRUE(cache.deallocate(block.bytes));
    };
    for (int turn = 0; turn < 300; ++turn) {
      if (filled.size() > 8) {
        std::swap(filled[random() % filled.size()], filled.back());
        check_and_give_back(filled.back());
        filled.pop_back();
      }
      const std::size_t size = 1000 + random() % 50'000;
      void* const block = cache.allocate(size);
      ASSERT_NE(block, nullptr);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % BlockCache::kAlignment, 0U);
      const auto pattern = static_cast<unsigned char>(random());
      std::memset(block, pattern, size);
      filled.push_back({static_cast<unsigned char*>(block), size, pattern});
    }
    for (const Filled& block : filled) check_and_give_back(block);
  };
  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed) threads.emplace_back(work, seed);
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace jetvit
