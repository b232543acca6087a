// Copies that the host does not wait for: nothing is read before it is there, and no memory is used again too early.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <gtest/gtest.h>

#include "compute/device_feed.h"
#include "compute/pending_copy.h"
#include "device/test_device.h"
#include "load/batch_loader.h"
#include "support/stand_in/memory.h"
#include "support/stand_in/streams.h"
#include "train/tiny_training.h"

namespace jetvit {
namespace {

at::Tensor pinned(const at::Tensor& x) {
  return at::empty(x.sizes(), x.options().pinned_memory(true)).copy_(x);
}

at::Tensor copied_on_side_stream(const at::Tensor& x) {
  const c10::impl::VirtualGuardImpl device(stand_in::device().type());
  const c10::StreamGuard on(device.getStreamFromGlobalPool(stand_in::device()));
  return x.to(stand_in::device(), x.scalar_type(), /*non_blocking=*/true);
}

class StandInStreams : public test::OnStandIn {};

TEST_F(StandInStreams, ShowWhoDoesNotWaitForACopy) {
  const at::Tensor x = pinned(at::ones({4}));
  const at::Tensor there = copied_on_side_stream(x);
  EXPECT_TRUE(at::isnan(there.sum()).item<bool>());
  stand_in::reach(stand_in::mark(stand_in::side_stream()));
  EXPECT_EQ(there.sum().item<double>(), 4);
}

TEST_F(StandInStreams, ShowWhoChangesMemoryThatIsStillToBeCopied) {
  at::Tensor x = pinned(at::ones({4}));
  const at::Tensor there = copied_on_side_stream(x);
  x.fill_(2);
  stand_in::reach(stand_in::mark(stand_in::side_stream()));
  EXPECT_EQ(there.sum().item<double>(), 8);
}

TEST_F(StandInStreams, ShowWhoReleasesMemoryOfTheOtherStream) {
  const std::int64_t before = stand_in::unordered_releases();
  copied_on_side_stream(pinned(at::ones({4})));
  stand_in::reach(stand_in::mark(stand_in::side_stream()));
  EXPECT_EQ(stand_in::unordered_releases(), before + 1);
}

TEST(DeviceFeed, UploadsWhatIsReleasedAtOnce) {
  const std::int64_t before = stand_in::unordered_releases();
  DeviceFeed feed(test::test_device());
  for (const bool is_pinned : {true, false}) {
    const at::Tensor expected = at::rand({3, 5, 7});
    const at::Tensor there = feed.upload(is_pinned ? pinned(expected) : expected.clone());
    EXPECT_EQ(there.device(), test::test_device());
    EXPECT_TRUE(at::equal(there.cpu(), expected)) << is_pinned;
  }
  EXPECT_EQ(stand_in::unordered_releases(), before);
}

class LateCopies : public test::OnStandIn {};

// The stream of the copies as the current one, so that nothing waits for them.
TEST_F(LateCopies, ReadMemoryThatWasReleased) {
  DeviceFeed feed(stand_in::device());
  for (const bool is_pinned : {true, false}) {
    const at::Tensor expected = at::rand({3, 5, 7});
    at::Tensor there;
    {
      const c10::impl::VirtualGuardImpl device(stand_in::device().type());
      const c10::StreamGuard on(device.getStreamFromGlobalPool(stand_in::device()));
      there = feed.upload(is_pinned ? pinned(expected) : expected.clone());
    }
    EXPECT_FALSE(stand_in::is_reached(stand_in::mark(stand_in::side_stream())));
    stand_in::reach(stand_in::mark(stand_in::side_stream()));
    EXPECT_TRUE(at::equal(there.cpu(), expected)) << is_pinned;
  }
}

TEST(DeviceFeed, KeepsTheOrderOfChannels) {
  DeviceFeed feed(test::test_device());
  const at::Tensor x = at::rand({2, 3, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast).to(at::kBFloat16);
  const at::Tensor there = feed.upload(x);
  EXPECT_EQ(there.strides(), x.strides());
  EXPECT_EQ(there.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(at::equal(there.cpu(), x));
}

TEST(DeviceFeed, CopiesNothingOnTheCpu) {
  DeviceFeed feed(at::kCPU);
  const at::Tensor x = at::ones({4});
  EXPECT_TRUE(feed.upload(x).is_same(x));
  feed.end_step();
  EXPECT_TRUE(feed.is_idle());
}

TEST_F(LateCopies, LetTheHostRunAheadByTwoSteps) {
  DeviceFeed feed(test::test_device());
  const at::Tensor there = feed.upload(at::ones({4}));
  const PendingCopy end_of_first_step(there);
  feed.end_step();
  EXPECT_FALSE(feed.is_idle());
  feed.end_step();
  EXPECT_FALSE(end_of_first_step.is_done());
  feed.end_step();
  EXPECT_TRUE(end_of_first_step.is_done()) << "the third step is the second one ahead";
  EXPECT_TRUE(feed.is_idle());
}

TEST_F(LateCopies, AreThereWhenTheyAreAskedFor) {
  const at::Tensor x = at::rand({4});
  at::Tensor there = x.to(test::test_device());
  const PendingCopy copy(there);
  there.fill_(0);  // the device's next work comes after the copy
  EXPECT_FALSE(copy.is_done());
  EXPECT_TRUE(at::equal(copy.get(), x));
  EXPECT_TRUE(copy.is_done());
}

// The loader writes the next batches while earlier ones are on their way.
TEST_F(LateCopies, KeepTheBatchesOfTheLoader) {
  LoadOptions load;
  load.batch_size = 4;
  load.pinned = true;
  BatchLoader loader(test::data().train, test::data().transform, {}, {}, load);
  const stand_in::Mark before = stand_in::mark(stand_in::side_stream());
  std::vector<at::Tensor> expected, there;
  loader.start_epoch(0);
  for (Batch batch; loader.next(batch);) {
    EXPECT_TRUE(batch.images.is_pinned());
    expected.push_back(batch.images.clone());
    there.push_back(copied_on_side_stream(batch.images));
  }
  ASSERT_EQ(there.size(), 18U);
  ASSERT_TRUE(stand_in::is_reached(before));
  ASSERT_FALSE(stand_in::is_reached(stand_in::mark(stand_in::side_stream())));
  stand_in::reach(stand_in::mark(stand_in::side_stream()));
  for (std::size_t i = 0; i < there.size(); ++i) EXPECT_TRUE(at::equal(there[i].cpu(), expected[i])) << i;
}

}  // namespace
}  // namespace jetvit
