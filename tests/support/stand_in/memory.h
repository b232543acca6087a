#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Allocator.h>
#include <c10/core/CachingDeviceAllocator.h>

// The memory of the stand-in device. An address is that of memory of the host with a bit set that makes it invalid.
namespace jetvit::stand_in {

c10::DeviceAllocator& memory();

// During the lifetime of this object, the device has memory for so many more bytes.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::int64_t bytes);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  std::int64_t before_ = 0;
};

// The true address.
void* host_address(const void* device_address);

// Memory that was allocated for another stream than the default one goes back to that stream when it is released, and
// is written again while the default stream may still read it; unless the allocator was told of both.
void order_release(const void* device_address);

// How often memory was released without that.
std::int64_t unordered_releases();

// A tensor of the CPU that shares the memory of a tensor of the device. Tensors of the CPU and undefined ones as they
// are.
at::Tensor on_host(const at::Tensor& x);

// A copy of a tensor of the CPU in the memory of the device. Others as they are.
at::Tensor moved_to_device(const at::Tensor& x);

}  // namespace jetvit::stand_in
