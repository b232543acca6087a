#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit {

// Whether this processor multiplies bfloat16 numbers. One that does not converts every operand inside the products, ten
// to twenty times slower than float32.
bool has_bf16_instructions();

// While it lives, products on this thread give what bfloat16 instructions would, computed in float32: rounded() rounds.
class EmulateBf16 {
 public:
  EmulateBf16();
  ~EmulateBf16();
  EmulateBf16(const EmulateBf16&) = delete;
  EmulateBf16& operator=(const EmulateBf16&) = delete;

 private:
  bool before_;
};

// An operand or the result of a product, any shape, float32 or bfloat16: under EmulateBf16 rounded to the nearest
// bfloat16 and kept as float32, its gradient too; otherwise x itself.
at::Tensor rounded(const at::Tensor& x);

// The matrix product of at::matmul, with rounded operands and result under EmulateBf16.
at::Tensor product(const at::Tensor& a, const at::Tensor& b);

}  // namespace jetvit
