#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// Whether this processor has instructions to multiply bfloat16 numbers. Without them, libtorch converts every operand
// inside a matrix multiplication, which is ten to twenty times slower than float32.
bool has_bf16_instructions();

// Whether matrix multiplications on this device take bfloat16 numbers as they are. Where not, they are emulated.
bool multiplies_bf16(c10::Device device);

// During the lifetime of this object, matrix multiplications on this thread emulate bfloat16 instructions in float32:
// rounded() rounds its argument.
class Bf16EmulationGuard {
 public:
  Bf16EmulationGuard();
  ~Bf16EmulationGuard();
  Bf16EmulationGuard(const Bf16EmulationGuard&) = delete;
  Bf16EmulationGuard& operator=(const Bf16EmulationGuard&) = delete;

 private:
  bool before_;
};

// For an operand or the result of a matrix multiplication, any shape, float32 or bfloat16. Under Bf16EmulationGuard, x
// and its gradient are rounded to the nearest bfloat16 and kept as float32; otherwise returns x itself.
at::Tensor rounded(const at::Tensor& x);

// Matrix multiplication as in at::matmul, with rounded operands and result under Bf16EmulationGuard.
at::Tensor rounded_matmul(const at::Tensor& a, const at::Tensor& b);

}  // namespace jetvit
