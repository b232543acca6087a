// Compares emulated bfloat16 matrix multiplications with those of ATen's bfloat16 tensors and with explicit rounding.
#include "compute/bf16_matmul.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "support/leaf.h"

namespace jetvit {
namespace {

at::Tensor through_bf16(const at::Tensor& x) {
  return x.to(at::kBFloat16).to(at::kFloat);
}

TEST(Bf16Products, LeaveTensorsAloneUnlessAsked) {
  const at::Tensor x = at::randn({5});
  EXPECT_TRUE(rounded(x).is_same(x));
  {
    const Bf16EmulationGuard outer;
    { const Bf16EmulationGuard inner; }
    EXPECT_FALSE(rounded(x).is_same(x));
  }
  EXPECT_TRUE(rounded(x).is_same(x));
}

TEST(Bf16Products, RoundToNearestEven) {
  const Bf16EmulationGuard emulation;
  // With 8 bits of mantissa, 1 + 2^-8 is halfway between two numbers and is rounded to the even 1, 1 + 3 * 2^-8 to
  // 1 + 2^-6.
  const at::Tensor x = at::tensor({1.0F + 0x1p-8F, 1.0F + 3 * 0x1p-8F, -1.0F - 0x1.1p-8F, 3e38F});
  const at::Tensor expected = at::tensor({1.0F, 1.0F + 0x1p-6F, -1.0F - 0x1p-7F, 0x1.c4p127F});
  EXPECT_TRUE(at::equal(rounded(x), expected)) << rounded(x);
}

// Products of bfloat16 numbers are exact in float32. Sums of 96 products differ only by the order of summation. A sum
// that is nearly halfway between two bfloat16 numbers (at most 2^-7 apart, relatively) may be rounded to either.
TEST(Bf16Products, EqualThoseOfBf16Tensors) {
  const at::Tensor a = test::leaf(at::randn({3, 40, 96}));
  const at::Tensor b = test::leaf(at::randn({3, 96, 24}));
  const at::Tensor seed = at::randn({3, 40, 24});
  const at::Tensor native = at::matmul(a.to(at::kBFloat16), b.to(at::kBFloat16)).to(at::kFloat);
  native.backward(seed);
  const at::Tensor a_gradient = a.grad().clone();
  const at::Tensor b_gradient = b.grad().clone();
  a.mutable_grad() = at::Tensor();
  b.mutable_grad() = at::Tensor();
  at::Tensor emulated;
  {
    const Bf16EmulationGuard emulation;
    emulated = rounded_matmul(a, b);
  }
  emulated.backward(seed);
  const auto compare = [](const at::Tensor& x, const at::Tensor& y) {
    EXPECT_LE(((x - y).abs() / (y.abs() + 1)).max().item<double>(), 0x1p-7);
    EXPECT_LT((x - y).abs().mean().item<double>(), 1e-4);
    EXPECT_TRUE(at::equal(x, through_bf16(x)));
  };
  compare(emulated, native);
  compare(a.grad(), a_gradient);
  compare(b.grad(), b_gradient);
}

}  // namespace
}  // namespace jetvit
