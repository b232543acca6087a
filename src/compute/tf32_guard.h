#pragma once

#include "compute/compute_options.h"

namespace jetvit {

// During the lifetime of this object, GPUs may round the float32 operands of matrix multiplications and convolutions to
// TensorFloat-32 (10 bits after the leading one), where the options say so; on all threads of the process.
class Tf32Guard {
 public:
  explicit Tf32Guard(const ComputeOptions& options);
  ~Tf32Guard();
  Tf32Guard(const Tf32Guard&) = delete;
  Tf32Guard& operator=(const Tf32Guard&) = delete;

 private:
  bool is_active_;
  bool matmul_before_ = false, convolution_before_ = false;
};

}  // namespace jetvit
