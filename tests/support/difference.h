#pragma once

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

namespace jetvit::test {

// What rounding to bfloat16 once changes at most, of the largest value: it keeps eight digits.
inline constexpr double kBfloat16Rounding = 1.0 / 256;

// The largest difference against the largest value of b.
inline double difference(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor exact = b.to(at::kDouble);
  return ((a.to(at::kDouble) - exact).abs().max() / exact.abs().max()).item<double>();
}

}  // namespace jetvit::test
