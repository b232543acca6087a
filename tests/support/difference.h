#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

namespace jetvit::test {

// The largest relative error of rounding to bfloat16, which has eight binary digits.
inline constexpr double kBfloat16Rounding = 1.0 / 256;

// The largest difference, relative to the largest value of b.
inline double difference(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor exact = b.to(at::kDouble);
  return ((a.to(at::kDouble) - exact).abs().max() / exact.abs().max()).item<double>();
}

// The length of the difference, relative to that of b.
inline double relative_distance(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor exact = b.to(at::kDouble);
  return ((a.to(at::kDouble) - exact).norm() / exact.norm()).item<double>();
}

}  // namespace jetvit::test
