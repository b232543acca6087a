#pragma once

#include <optional>

#include <ATen/core/Tensor.h>

#include "group/process_group.h"
#include "ops/activation.h"

namespace jetvit {

// Batch norm whose statistics are those of the jets of all processes, and an activation of it, or none. x (N, C, H, W),
// N at least 1 in every process; weight, bias, running_mean, running_var (C) float32. Forward, counts, means and sums
// of squared deviations are gathered and merged in the order of the processes (Chan, Golub and LeVeque, "Updating
// formulae and a pairwise algorithm for computing sample variances", 1979); backward, two sums a channel are added up.
// Weight and bias get the gradients of this process's jets, which are to be summed over the processes like all others.
// Returns the shape and dtype of x. The group outlives the backward pass. On the CPU, x is float32 or bfloat16; SiLU
// and GELU are fused with the norm there, as in batch_norm_activation(). Other devices take the operators of ATen.
at::Tensor sync_batch_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                           const at::Tensor& running_mean, const at::Tensor& running_var, double momentum,
                           double epsilon, std::optional<Activation> activation, const ProcessGroup& group);

// During the lifetime of this object, batch norms that train on this thread share their statistics.
class SharedStatistics {
 public:
  explicit SharedStatistics(const ProcessGroup& group);
  ~SharedStatistics();
  SharedStatistics(const SharedStatistics&) = delete;
  SharedStatistics& operator=(const SharedStatistics&) = delete;

  // The group of the object of this thread, or null.
  static const ProcessGroup* group();
};

}  // namespace jetvit
