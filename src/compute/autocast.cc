#include "compute/autocast.h"

#include <ATen/autocast_mode.h>

namespace jetvit {

AutocastGuard::AutocastGuard(const ComputeOptions& options) : device_(options.device.type()), tf32_(options) {
  if (options.precision == Precision::kFp32 || options.precision == Precision::kTf32) return;
  if (options.is_bf16() && !multiplies_bf16(options.device)) {
    emulation_.emplace();
    return;
  }
  native_ = true;
  before_ = at::autocast::is_autocast_enabled(device_);
  at::autocast::set_autocast_dtype(device_, options.is_bf16() ? at::kBFloat16 : at::kHalf);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::increment_nesting();
}

AutocastGuard::~AutocastGuard() {
  if (!native_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, before_);
}

bool is_autocast_to_bf16(const at::Tensor& x) {
  if (x.is_meta()) return false;  // a device without autocast
  const c10::DeviceType device = x.device().type();
  return at::autocast::is_autocast_enabled(device) && at::autocast::get_autocast_dtype(device) == at::kBFloat16;
}

}  // namespace jetvit
