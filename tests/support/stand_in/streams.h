#pragma once

#include <functional>

#include <c10/core/Allocator.h>
#include <c10/core/Stream.h>

// The streams of the stand-in device. What the default stream is given is done when the call returns. Copies between
// the device and pinned memory, which the host does not wait for, are made as late as they may be: when something waits
// for them. So whoever forgets to wait, or gives memory back too early, meets NaN or other values.
namespace jetvit::stand_in {

// The current stream of this thread.
c10::StreamId current_stream();
c10::StreamId exchange_stream(c10::StreamId stream);

// A stream that is not the default one.
c10::StreamId side_stream();

// Gives a stream work to do later.
void enqueue(c10::StreamId stream, std::function<void()> work);

// A point in the work of a stream.
struct Mark {
  c10::StreamId stream = 0;
  std::size_t position = 0;
};
Mark mark(c10::StreamId stream);
bool is_reached(const Mark& mark);

// Does the work up to there.
void reach(const Mark& mark);

// Memory of the host that copies of the device read and write later. Given back, it is kept until these are made and
// then overwritten.
c10::Allocator& pinned_memory();
bool is_pinned(const void* address);

// During the lifetime of this object, a copy still needs the pinned memory at an address.
class PinnedUse {
 public:
  explicit PinnedUse(const void* address);
  ~PinnedUse();
  PinnedUse(const PinnedUse&) = delete;
  PinnedUse& operator=(const PinnedUse&) = delete;

 private:
  const void* address_;
};

}  // namespace jetvit::stand_in
