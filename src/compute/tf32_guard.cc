#include "compute/tf32_guard.h"

#include <ATen/Context.h>

namespace jetvit {

Tf32Guard::Tf32Guard(const ComputeOptions& options) : is_active_(options.precision == Precision::kTf32) {
  if (!is_active_) return;
  matmul_before_ = at::globalContext().allowTF32CuBLAS();
  convolution_before_ = at::globalContext().allowTF32CuDNN();
  at::globalContext().setAllowTF32CuBLAS(true);
  at::globalContext().setAllowTF32CuDNN(true);
}

Tf32Guard::~Tf32Guard() {
  if (!is_active_) return;
  at::globalContext().setAllowTF32CuBLAS(matmul_before_);
  at::globalContext().setAllowTF32CuDNN(convolution_before_);
}

}  // namespace jetvit
