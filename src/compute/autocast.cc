#include "compute/autocast.h"

#include <ATen/autocast_mode.h>

namespace jetvit {

AutocastGuard::AutocastGuard(const ComputeOptions& options) : native_(options.is_bf16() && has_bf16_instructions()) {
  if (!native_) {
    if (options.is_bf16()) emulation_.emplace();
    return;
  }
  before_ = at::autocast::is_autocast_enabled(at::kCPU);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  at::autocast::increment_nesting();
}

AutocastGuard::~AutocastGuard() {
  if (!native_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(at::kCPU, before_);
}

}  // namespace jetvit
