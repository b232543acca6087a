#include "compute/device_memory.h"

#include <c10/core/CachingDeviceAllocator.h>

#include "base/text.h"

namespace jetvit {
namespace {

constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);

c10::CachingDeviceAllocator::DeviceStats stats_of(c10::Device device) {
  return c10::getDeviceAllocator(device.type())->getDeviceStats(device.index());
}

}  // namespace

PeakMemory::PeakMemory(c10::Device device) : device_(device) {
  if (device.is_cpu()) {
    of_cpu_.emplace();
    return;
  }
  c10::getDeviceAllocator(device.type())->resetPeakStats(device.index());
  before_ = tensor_memory_on(device);
}

double PeakMemory::bytes() const {
  if (of_cpu_) return static_cast<double>(of_cpu_->peak());
  return static_cast<double>(stats_of(device_).allocated_bytes[kAll].peak) - before_;
}

AvailableMemory available_memory_on(c10::Device device) {
  const c10::CachingDeviceAllocator::DeviceStats stats = stats_of(device);
  // The allocator keeps what tensors gave back.
  const std::int64_t kept = stats.reserved_bytes[kAll].current - stats.allocated_bytes[kAll].current;
  const std::size_t free = c10::getDeviceAllocator(device.type())->getMemoryInfo(device.index()).first;
  return {.bytes = free + static_cast<std::size_t>(kept), .limit = text("on ", device.str())};
}

double tensor_memory_on(c10::Device device) {
  return static_cast<double>(stats_of(device).allocated_bytes[kAll].current);
}

}  // namespace jetvit
