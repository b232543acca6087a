#pragma once

#include <ATen/core/Tensor.h>

namespace jetvit::test {

// A copy in the same memory format that requires a gradient.
inline at::Tensor leaf(const at::Tensor& values) {
  return values.detach().clone(at::MemoryFormat::Preserve).set_requires_grad(true);
}

}  // namespace jetvit::test
