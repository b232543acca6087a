#pragma once

#include <optional>

#include "compute/bf16_products.h"
#include "compute/compute_options.h"

namespace jetvit {

// During the lifetime of this object, matrix multiplications and convolutions on this thread compute in the precision
// of the options; weights stay float32. It uses CPU autocast if the processor has bfloat16 instructions, otherwise
// float32 with rounded operands and results. The destructor clears the cache of cast weights, because the weights may
// change afterwards.
class AutocastGuard {
 public:
  explicit AutocastGuard(const ComputeOptions& options);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  bool native_;
  bool before_ = false;
  std::optional<Bf16EmulationGuard> emulation_;
};

}  // namespace jetvit
