#pragma once

#include <optional>

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>

namespace jetvit {

// A tensor on its way to the CPU: the copy begins when the device has computed it, and the host continues meanwhile.
class PendingCopy {
 public:
  // x: on any device. One of the CPU is not copied.
  explicit PendingCopy(const at::Tensor& x);

  // Whether get() returns at once.
  bool is_done() const;

  // The tensor on the CPU; waits for it.
  at::Tensor get() const;

 private:
  at::Tensor on_cpu_;
  std::optional<c10::Event> copied_;  // none on the CPU
};

}  // namespace jetvit
