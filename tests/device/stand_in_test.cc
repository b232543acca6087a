// The stand-in device faults, refuses and draws as a GPU does; what the other tests of this program rest on.
#include "support/stand_in/stand_in.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "compute/autocast.h"
#include "compute/recorder.h"
#include "device/test_device.h"
#include "support/expect_error.h"
#include "train/seed_random.h"

namespace jetvit {
namespace {

at::TensorOptions floats() {
  return at::TensorOptions(stand_in::device()).dtype(at::kFloat);
}

class StandIn : public test::OnStandIn {};

TEST_F(StandIn, FaultsWhereTheHostTouchesItsMemory) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const at::Tensor x = at::ones({4}, floats());
  EXPECT_DEATH(std::abort(), "") << "death tests work here";
  EXPECT_DEATH(
      {
        volatile const float* address = x.const_data_ptr<float>();
        std::exit(address[0] == 1 ? 0 : 1);
      },
      "");
  EXPECT_DEATH(
      {
        volatile float* address = x.mutable_data_ptr<float>();
        address[0] = 2;
        std::exit(0);
      },
      "");
}

TEST_F(StandIn, FillsFreshMemoryWithWhatIsNotANumber) {
  EXPECT_TRUE(at::isnan(at::empty({1000}, floats())).all().item<bool>());
  EXPECT_TRUE(at::isnan(at::empty({1000}, floats().dtype(at::kBFloat16))).all().item<bool>());
}

TEST_F(StandIn, RefusesOperandsOnTheHostButForNumbers) {
  const at::Tensor x = at::ones({4}, floats());
  EXPECT_THROW(x + at::ones({4}), c10::Error);
  EXPECT_EQ((x + at::ones({})).sum().item<double>(), 8);
}

TEST_F(StandIn, CountsWhatTheHostDoes) {
  const stand_in::Traffic before = stand_in::traffic();
  const at::Tensor x = at::ones({4}).to(stand_in::device());
  const at::Tensor y = x * 2;
  EXPECT_EQ(y.cpu().sum().item<double>(), 8);
  EXPECT_EQ(y.sum().item<double>(), 8);
  const stand_in::Traffic after = stand_in::traffic() - before;
  EXPECT_EQ(after.to_device, 1);
  EXPECT_EQ(after.to_host, 1);
  EXPECT_EQ(after.reads, 1);
  EXPECT_EQ(after.launches, 2) << "a product and a sum";
}

// As a CUDA graph: operators on memory, with the numbers that the host gave them.
TEST_F(StandIn, RepeatsOperatorsWithoutTheHost) {
  const std::unique_ptr<Recorder> recorder = make_recorder(stand_in::device());
  const at::Tensor x = at::ones({4}, floats());
  const at::Tensor factor = at::ones({}, floats());
  at::Tensor sum = at::zeros({}, floats());
  double number = 10;
  int calls = 0;
  recorder->record([&] {
    ++calls;
    sum.add_((x * factor).sum() + number);
  });
  EXPECT_EQ(sum.item<double>(), 14) << "the work is done once";
  x.fill_(2);
  factor.fill_(3);
  number = 1000;
  const stand_in::Traffic before = stand_in::traffic();
  recorder->replay();
  const stand_in::Traffic traffic = stand_in::traffic() - before;
  EXPECT_EQ(traffic.replays, 1);
  EXPECT_EQ(traffic.launches, 0);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(sum.item<double>(), 14 + 24 + 10) << "the host's number is the one of the record";
}

TEST_F(StandIn, RecordsNothingThatTheHostWaitsFor) {
  const std::unique_ptr<Recorder> recorder = make_recorder(stand_in::device());
  const at::Tensor x = at::ones({4}, floats());
  EXPECT_ERROR(recorder->record([&] { x.sum().item<double>(); }), c10::Error, "a value read by the host");
  EXPECT_ERROR(recorder->record([&] { x.cpu(); }), c10::Error, "a copy between host and device");
  EXPECT_ERROR(recorder->record([&] { x.copy_(at::ones({4})); }), c10::Error, "a copy between host and device");
  EXPECT_EQ(x.sum().item<double>(), 4) << "after the record all is allowed again";
}

TEST_F(StandIn, DrawsAnewInEachReplay) {
  const std::unique_ptr<Recorder> recorder = make_recorder(stand_in::device());
  const at::Tensor x = at::ones({1000}, floats());
  at::Tensor y;
  const auto seed = [](std::int64_t step) { seed_random(1, 2, step, stand_in::device()); };
  seed(3);
  recorder->record([&] { y = at::dropout(x, 0.5, true); });
  const at::Tensor third = y.cpu();
  seed(4);
  recorder->replay();
  EXPECT_FALSE(at::equal(y.cpu(), third));
  seed(3);
  recorder->replay();
  EXPECT_TRUE(at::equal(y.cpu(), third));
}

TEST_F(StandIn, DrawsFromAGeneratorOfItsOwn) {
  const at::Tensor x = at::ones({1000}, floats());
  const auto draw = [&](std::int64_t step) {
    seed_random(1, 2, step, stand_in::device());
    return at::dropout(x, 0.5, true).cpu();
  };
  seed_random(1, 2, 3);
  const at::Tensor on_cpu = at::rand({4});
  seed_random(1, 2, 3);
  const at::Tensor first = draw(3);
  EXPECT_TRUE(at::equal(at::rand({4}), on_cpu)) << "the CPU's generator moved";
  EXPECT_TRUE(at::equal(first, draw(3)));
  EXPECT_FALSE(at::equal(first, draw(4)));
}

TEST_F(StandIn, KeepsWhatOperatorsChangeInPlace) {
  const at::Tensor mean = at::zeros({2}, floats());
  const at::Tensor variance = at::ones({2}, floats());
  const at::Tensor x = at::ones({4, 2, 3, 3}, floats());
  at::batch_norm(x, {}, {}, mean, variance, true, 0.5, 1e-5, false);
  EXPECT_EQ(mean.sum().item<double>(), 1) << "half way from 0 to 1, in two channels";
}

TEST_F(StandIn, HasTheAutocastOfAGpu) {
  const at::Tensor a = at::ones({4, 4}, floats());
  const AutocastGuard autocast({.device = stand_in::device(), .precision = Precision::kBf16});
  EXPECT_TRUE(is_autocast_to_bf16(a));
  EXPECT_FALSE(is_autocast_to_bf16(at::ones({4, 4})));
  EXPECT_EQ(at::matmul(a, a).scalar_type(), at::kBFloat16);
}

}  // namespace
}  // namespace jetvit
