#include "support/stand_in/streams.h"

#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

namespace jetvit::stand_in {
namespace {

constexpr c10::StreamId kSideStream = 1;
constexpr std::size_t kPinnedAlignment = 64;  // bytes

struct Stream {
  std::deque<std::function<void()>> work;
  std::size_t done = 0;
};

struct Block {
  std::size_t bytes = 0;
  int uses = 0;
  bool is_given_back = false;
};

thread_local c10::StreamId current = 0;

// Recursive: the work of a stream may use pinned memory and wait for another stream.
std::recursive_mutex stream_mutex;

// Never destroyed, because tensors may outlive static objects.
std::map<c10::StreamId, Stream>& streams() {
  static auto* const all = new std::map<c10::StreamId, Stream>;
  return *all;
}

std::map<std::uintptr_t, Block>& blocks() {
  static auto* const all = new std::map<std::uintptr_t, Block>;
  return *all;
}

std::uintptr_t number(const void* address) {
  return reinterpret_cast<std::uintptr_t>(address);
}

// The block that holds an address, or the end.
std::map<std::uintptr_t, Block>::iterator block_of(const void* address) {
  auto found = blocks().upper_bound(number(address));
  if (found == blocks().begin()) return blocks().end();
  --found;
  return number(address) < found->first + std::max<std::size_t>(found->second.bytes, 1) ? found : blocks().end();
}

void free_if_unused(std::map<std::uintptr_t, Block>::iterator block) {
  if (!block->second.is_given_back || block->second.uses > 0) return;
  auto* const address = reinterpret_cast<void*>(block->first);
  std::memset(address, 0xff, block->second.bytes);
  std::free(address);
  blocks().erase(block);
}

class PinnedMemory : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    const std::lock_guard lock(stream_mutex);
    void* const address = std::aligned_alloc(kPinnedAlignment, (bytes / kPinnedAlignment + 1) * kPinnedAlignment);
    TORCH_CHECK(address != nullptr, "no pinned memory is left");
    std::memset(address, 0xff, bytes);  // NaN in every floating type
    blocks()[number(address)] = {.bytes = bytes};
    return {address, address, &release, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }

 private:
  static void release(void* address) {
    const std::lock_guard lock(stream_mutex);
    const auto block = block_of(address);
    block->second.is_given_back = true;
    free_if_unused(block);
  }
};

}  // namespace

c10::StreamId current_stream() {
  return current;
}

c10::StreamId exchange_stream(c10::StreamId stream) {
  return std::exchange(current, stream);
}

c10::StreamId side_stream() {
  return kSideStream;
}

void enqueue(c10::StreamId stream, std::function<void()> work) {
  const std::lock_guard lock(stream_mutex);
  streams()[stream].work.push_back(std::move(work));
}

Mark mark(c10::StreamId stream) {
  const std::lock_guard lock(stream_mutex);
  const Stream& of = streams()[stream];
  return {stream, of.done + of.work.size()};
}

bool is_reached(const Mark& mark) {
  const std::lock_guard lock(stream_mutex);
  return streams()[mark.stream].done >= mark.position;
}

void reach(const Mark& mark) {
  const std::lock_guard lock(stream_mutex);
  Stream& stream = streams()[mark.stream];
  while (stream.done < mark.position) {
    const std::function<void()> work = std::move(stream.work.front());
    stream.work.pop_front();
    ++stream.done;
    work();
  }
}

c10::Allocator& pinned_memory() {
  static auto* const pinned = new PinnedMemory;
  return *pinned;
}

bool is_pinned(const void* address) {
  const std::lock_guard lock(stream_mutex);
  return block_of(address) != blocks().end();
}

PinnedUse::PinnedUse(const void* address) : address_(address) {
  const std::lock_guard lock(stream_mutex);
  ++block_of(address_)->second.uses;
}

PinnedUse::~PinnedUse() {
  const std::lock_guard lock(stream_mutex);
  const auto block = block_of(address_);
  --block->second.uses;
  free_if_unused(block);
}

}  // namespace jetvit::stand_in
