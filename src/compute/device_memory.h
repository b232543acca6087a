#pragma once

#include <cstddef>
#include <optional>

#include <c10/core/Device.h>

#include "base/available_memory.h"
#include "compute/memory_count.h"

namespace jetvit {

// Measures the most memory that the tensors of a device have at one time, beyond what they had before. One object at a
// time for each device.
class PeakMemory {
 public:
  explicit PeakMemory(c10::Device device);

  double bytes() const;

 private:
  c10::Device device_;
  double before_ = 0;
  std::optional<MemoryCount> of_cpu_;
};

// What tensors can still take of the memory of a device other than the CPU.
AvailableMemory available_memory_on(c10::Device device);

// What tensors have of it.
double tensor_memory_on(c10::Device device);

}  // namespace jetvit
