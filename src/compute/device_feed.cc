#include "compute/device_feed.h"

#include <map>
#include <mutex>
#include <string>

#include <c10/core/DeviceGuard.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace jetvit {
namespace {

constexpr std::size_t kStepsAhead = 2;  // one that is computed, and the next

// One for each device: an allocator keeps memory that was released for the stream that it belonged to.
c10::Stream copy_stream(c10::Device device) {
  static std::mutex mutex;
  static std::map<std::string, c10::Stream> streams;
  const std::lock_guard lock(mutex);
  const auto found = streams.find(device.str());
  if (found != streams.end()) return found->second;
  const c10::Stream stream = c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device);
  return streams.emplace(device.str(), stream).first->second;
}

}  // namespace

DeviceFeed::DeviceFeed(c10::Device device) : device_(device) {
  if (!device.is_cpu()) copies_ = copy_stream(device);
}

at::Tensor DeviceFeed::upload(const at::Tensor& x) {
  if (!copies_) return x;
  const c10::DeviceGuard on_device(device_);  // events would make the first GPU one of this process otherwise
  const c10::impl::VirtualGuardImpl device(device_.type());
  const c10::Stream work = device.getStream(device_);
  const at::Tensor pinned = x.is_pinned() ? x : x.pin_memory();
  at::Tensor there;
  {
    const c10::StreamGuard on(*copies_);
    there = pinned.to(pinned.options().device(device_).pinned_memory(false), /*non_blocking=*/true);
  }
  c10::Event copied(device_.type());
  copied.record(*copies_);
  copied.block(work);
  // Its memory belongs to the stream of the copies, which must not have it again before the work is done.
  device.recordDataPtrOnStream(there.storage().data_ptr(), work);
  return there;
}

void DeviceFeed::end_step() {
  if (!copies_) return;
  const c10::DeviceGuard on_device(device_);
  steps_.emplace_back(device_.type());
  steps_.back().record(c10::impl::VirtualGuardImpl(device_.type()).getStream(device_));
  if (steps_.size() <= kStepsAhead) return;
  steps_.front().synchronize();
  steps_.pop_front();
}

bool DeviceFeed::is_idle() const {
  return steps_.empty() || steps_.back().query();
}

}  // namespace jetvit
