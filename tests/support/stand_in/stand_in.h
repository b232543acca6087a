#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>
#include <torch/library.h>

// A device for tests on machines without a GPU: "standin:0", libtorch's PrivateUse1. It behaves as a GPU does where
// host code can go wrong:
//   - Its memory has addresses that no processor can read: host code that touches it ends in SIGSEGV at that line.
//   - Fresh memory holds NaN.
//   - Operators refuse operands on the host, but for numbers, indices and copies.
//   - It has a random generator, a list of operators for autocast (CUDA's), and a thread for backward passes.
// Its operators are those of the CPU, on the same memory at its true address. Copies that the host does not wait for
// are made as late as they may be (streams.h). What it cannot show: the numbers and refusals of CUDA's own kernels, and
// what these do to memory that is used again while they still run: its default stream works at once.
namespace jetvit::stand_in {

at::Device device();

// What the host did with the device since the process began.
struct Traffic {
  std::int64_t launches = 0;   // operators that were run, copies within the device among them
  std::int64_t replays = 0;    // of recorded steps, each given to the device at once
  std::int64_t reads = 0;      // of single values: each waits for the device
  std::int64_t to_device = 0;  // copies
  std::int64_t to_host = 0;    // copies: each waits for the device, but for those of PendingCopy

  std::int64_t waits() const { return reads + to_host; }
};
Traffic traffic();
Traffic operator-(const Traffic& after, const Traffic& before);

// Of tensors of the device, over several processes.
std::int64_t sums_of_processes();

// During the lifetime of this object, the device has kernels for jetvit's own operators; otherwise it is a device for
// which jetvit takes the operators of ATen. One object at a time.
class OwnOperators {
 public:
  OwnOperators();

 private:
  torch::Library kernels_;
};

}  // namespace jetvit::stand_in
