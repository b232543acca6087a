#pragma once

#include <deque>
#include <optional>

#include <ATen/core/Tensor.h>
#include <c10/core/Event.h>
#include <c10/core/Stream.h>

namespace jetvit {

// Keeps a device at work: what the next step reads is copied while the device computes, and the host prepares steps
// ahead of it. For the one thread that gives the device its work. On the CPU it copies nothing and waits for nothing.
class DeviceFeed {
 public:
  explicit DeviceFeed(c10::Device device);

  // A copy of a tensor of the CPU, made on a stream of its own. What the device is given after this call waits for the
  // copy; the host does not. The tensor may be released at once, but not changed: memory that is pinned, as that of
  // LoadOptions::pinned, is read later. On the CPU the tensor itself. After an exception in the device's work the feed
  // is not to be used again.
  at::Tensor upload(const at::Tensor& x);

  // After the work of a step was given. Returns when the device has at most two steps left to do: the memory of the
  // batches that are under way stays bounded.
  void end_step();

  // Whether the device has done all steps.
  bool is_idle() const;

 private:
  c10::Device device_;
  std::optional<c10::Stream> copies_;  // none on the CPU
  std::deque<c10::Event> steps_;       // the ends of the last ones
};

}  // namespace jetvit
