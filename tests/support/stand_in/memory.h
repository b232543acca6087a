#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Allocator.h>

// The memory of the stand-in device. An address is that of memory of the host with a bit set that makes it invalid.
namespace jetvit::stand_in {

c10::Allocator& memory();

// The true address.
void* host_address(const void* device_address);

// A tensor of the CPU that shares the memory of a tensor of the device. Tensors of the CPU and undefined ones as they
// are.
at::Tensor on_host(const at::Tensor& x);

// A copy of a tensor of the CPU in the memory of the device. Others as they are.
at::Tensor moved_to_device(const at::Tensor& x);

}  // namespace jetvit::stand_in
