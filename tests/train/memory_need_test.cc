#include "train/memory_need.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

TEST(MemoryNeed, WhatFitsIsNotRefused) {
  const MemoryNeed need{.fixed = 1e9, .per_jet = 50e6, .batch_size = 100};  // 6 GB
  EXPECT_NO_THROW(require_memory(need, {6'000'000'000, "on this machine"}, "run"));
  EXPECT_ERROR(
      require_memory(need, {5'999'999'999, "on this machine"}, "run"), Error,
      "run: training in batches of 100 takes about 6.0 GB more memory, but 6.0 GB are available on this machine");
}

TEST(MemoryNeed, SaysTheLargestBatchThatFits) {
  const MemoryNeed need{.fixed = 1e9, .per_jet = 50e6, .batch_size = 1024, .phase = 1};
  EXPECT_ERROR(
      require_memory(need, {2'040'000'000, "on this machine"}, "run"), Error,
      "run: phase 2: training in batches of 1024 takes about 52.2 GB more memory, but 2.0 GB are available on this "
      "machine (nothing was changed; set train.batch_size to at most 20, or set train.accumulate to at least 52, or "
      "try train.recompute = \"blocks\", or take a smaller model or image.size");
  MemoryNeed recomputed = need;
  recomputed.recompute = "blocks";
  EXPECT_NO_THROW(require_memory({.fixed = 1e9, .per_jet = 50e6, .batch_size = 20}, {2'040'000'000, ""}, "run"));
  EXPECT_ERROR(require_memory(recomputed, {1'040'000'000, "on this machine"}, "run"), Error,
               "(nothing was changed; take a smaller model");
}

// 1024 jets of 50 MB in the model and 1 MB as images: 10 parts fit 1 + 5.1 + 1.0 GB.
TEST(MemoryNeed, SaysHowManyPartsFit) {
  MemoryNeed need{.fixed = 1e9, .per_jet = 50e6, .images = 1e6, .batch_size = 1024};
  EXPECT_ERROR(require_memory(need, {7'200'000'000, "here"}, "run"), Error, "train.accumulate to at least 10, or try");
  need.accumulate = 9;
  EXPECT_THROW(require_memory(need, {7'200'000'000, "here"}, "run"), Error);
  need.accumulate = 10;
  EXPECT_NO_THROW(require_memory(need, {7'200'000'000, "here"}, "run"));
  EXPECT_ERROR(require_memory(need, {2'000'000'000, "here"}, "run"), Error, "to at most 160, or try train.recompute");
}

// Two of four processes are here, each with its fixed part and 25 jets: 2 (1 + 1.25) GB.
TEST(MemoryNeed, IsThatOfAllProcessesOfTheMachine) {
  const MemoryNeed need{.fixed = 1e9, .per_jet = 50e6, .batch_size = 100, .processes = 4, .local_processes = 2};
  EXPECT_DOUBLE_EQ(need.bytes(), 4.5e9);
  EXPECT_ERROR(require_memory(need, {3'500'000'000, "here"}, "run"), Error,
               "set train.batch_size to at most 60, or set train.accumulate to at least 2");
}

}  // namespace
}  // namespace jetvit
