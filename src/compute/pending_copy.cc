#include "compute/pending_copy.h"

#include <ATen/ops/empty_like.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace jetvit {

PendingCopy::PendingCopy(const at::Tensor& x) : on_cpu_(x) {
  const c10::Device device = x.device();
  if (device.is_cpu()) return;
  const c10::DeviceGuard on_device(device);
  on_cpu_ = at::empty_like(x, x.options().device(at::kCPU).pinned_memory(true));
  on_cpu_.copy_(x, /*non_blocking=*/true);
  copied_.emplace(device.type());
  copied_->record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
}

bool PendingCopy::is_done() const {
  return !copied_ || copied_->query();
}

at::Tensor PendingCopy::get() const {
  if (copied_) copied_->synchronize();
  return on_cpu_;
}

}  // namespace jetvit
