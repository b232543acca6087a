#pragma once

#include <optional>

#include <ATen/core/Tensor.h>

#include "compute/bf16_matmul.h"
#include "compute/compute_options.h"
#include "compute/tf32_guard.h"

namespace jetvit {

// During the lifetime of this object, matrix multiplications and convolutions on this thread compute in the precision
// of the options, for tensors on their device; weights stay float32. It uses the device's autocast, or, on a processor
// without bfloat16 instructions, float32 with rounded operands and results. The destructor clears the cache of cast
// weights, because the weights may change afterwards.
class AutocastGuard {
 public:
  explicit AutocastGuard(const ComputeOptions& options);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  c10::DeviceType device_;
  Tf32Guard tf32_;
  bool native_ = false;
  bool before_ = false;
  std::optional<Bf16EmulationGuard> emulation_;
};

// Whether matrix multiplications with x on this thread are under autocast to bfloat16. Not for tensors without values.
bool is_autocast_to_bf16(const at::Tensor& x);

}  // namespace jetvit
