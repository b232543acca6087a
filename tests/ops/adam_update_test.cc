// The update in one pass against ATen's fused kernels on the gradients in float32.
#include "ops/adam_update.h"

#include <utility>
#include <vector>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>

#include "ops/called_operators.h"

namespace jetvit {
namespace {

constexpr double kLr = 1e-3, kBeta1 = 0.9, kBeta2 = 0.99, kEps = 1e-8, kDecay = 0.05;

struct Adam {
  at::Tensor weight, first, second;

  explicit Adam(const at::Tensor& start) : weight(start.clone()), first(at::zeros_like(start)), second(first.clone()) {}
};

// The same three steps by both, with gradients that are scaled.
std::pair<Adam, Adam> ours_and_atens(const std::string& kind, std::int64_t size) {
  at::Generator(at::detail::getDefaultCPUGenerator()).set_current_seed(7);
  Adam ours(at::randn({size}));
  Adam atens(ours.weight);
  const at::Tensor rounded = at::empty({size}, at::kBFloat16);
  for (std::int64_t step = 1; step <= 3; ++step) {
    const at::Tensor gradient = at::randn({size}).to(at::kBFloat16);
    AdamStep how = {.step = step, .lr = kLr, .beta1 = kBeta1, .beta2 = kBeta2, .eps = kEps, .gradient_scale = 0.3};
    if (kind == "adam") {
      how.decay = kDecay;
    } else {
      how.shrinkage = 1 - kLr * kDecay;
    }
    adam_update(how, ours.weight, gradient, ours.first, ours.second, rounded);
    EXPECT_TRUE(at::equal(rounded, ours.weight.to(at::kBFloat16)));
    const std::vector<at::Tensor> weights = {atens.weight}, firsts = {atens.first}, seconds = {atens.second};
    const std::vector<at::Tensor> gradients = {gradient.to(at::kFloat).mul_(0.3)};
    const std::vector<at::Tensor> steps = {at::scalar_tensor(static_cast<double>(step), at::kFloat)};
    const auto update = [&](const auto& fused) {
      fused(weights, gradients, firsts, seconds, {}, steps, kLr, kBeta1, kBeta2, kDecay, kEps, false, false, {}, {});
    };
    kind == "adam" ? update(at::_ops::_fused_adam_::call) : update(at::_ops::_fused_adamw_::call);
  }
  return {ours, atens};
}

class AdamUpdate : public testing::TestWithParam<std::string> {
 protected:
  AdamUpdate() : threads_(at::get_num_threads()) { at::set_num_threads(2); }
  ~AdamUpdate() override { at::set_num_threads(threads_); }

 private:
  int threads_;
};

TEST_P(AdamUpdate, IsAtensBitForBitInWholeVectors) {
  const auto [ours, atens] = ours_and_atens(GetParam(), 1 << 16);
  EXPECT_TRUE(at::equal(ours.weight, atens.weight));
  EXPECT_TRUE(at::equal(ours.first, atens.first));
  EXPECT_TRUE(at::equal(ours.second, atens.second));
}

TEST_P(AdamUpdate, IsAtensButForRoundingElsewhere) {
  const auto [ours, atens] = ours_and_atens(GetParam(), 1003);
  EXPECT_TRUE(at::allclose(ours.weight, atens.weight, 1e-6, 1e-7));
  EXPECT_TRUE(at::allclose(ours.first, atens.first, 1e-6, 1e-7));
  EXPECT_TRUE(at::allclose(ours.second, atens.second, 1e-6, 1e-9));
}

// Step by step in float64, which no kernel takes, and with strides that no kernel takes.
TEST(AdamUpdateComposite, IsTheSameUpdate) {
  constexpr std::int64_t kSide = 20;
  const at::Tensor start = at::randn({kSide, kSide});
  const Adam kernel(start), exact(start.to(at::kDouble)), strided(start.t().contiguous().t());
  const auto copy_of = [](const Adam& of) { return of.weight.to(at::kBFloat16); };
  const at::Tensor copies[] = {copy_of(kernel), copy_of(exact), copy_of(strided)};
  for (std::int64_t step = 1; step <= 3; ++step) {
    const at::Tensor gradient = at::randn({kSide, kSide}).to(at::kBFloat16);
    const AdamStep how = {.step = step,
                          .lr = kLr,
                          .beta1 = kBeta1,
                          .beta2 = kBeta2,
                          .eps = kEps,
                          .gradient_scale = 0.3,
                          .decay = kDecay,
                          .shrinkage = 1 - kLr * kDecay};
    const auto calls_kernel = [&](const Adam& of, const at::Tensor& copy) {
      const test::CalledOperators called;
      adam_update(how, of.weight, gradient, of.first, of.second, copy);
      return called.contains("adam_update");
    };
    EXPECT_TRUE(calls_kernel(kernel, copies[0]));
    EXPECT_FALSE(calls_kernel(exact, copies[1]));
    EXPECT_FALSE(calls_kernel(strided, copies[2]));
  }
  EXPECT_TRUE(at::allclose(kernel.weight.to(at::kDouble), exact.weight, 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(kernel.second.to(at::kDouble), exact.second, 1e-5, 1e-9));
  EXPECT_TRUE(at::allclose(kernel.weight, strided.weight, 1e-5, 1e-6));
  EXPECT_TRUE(at::equal(copies[1], copy_of(exact)));
}

INSTANTIATE_TEST_SUITE_P(Kinds, AdamUpdate, testing::Values("adam", "adamw"),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
