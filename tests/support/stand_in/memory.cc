#include "support/stand_in/memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <ATen/ops/empty_strided.h>
#include <ATen/ops/from_blob.h>
#include <malloc.h>

#include "support/stand_in/stand_in.h"
#include "support/stand_in/streams.h"

namespace jetvit::stand_in {
namespace {

// No address of x86-64 has bit 54 set and bit 63 not, with 48 bits of address nor with 57 in the user's half.
constexpr std::uintptr_t kTag = std::uintptr_t{1} << 54;
constexpr std::size_t kAlignment = 64;  // bytes

void* tagged(void* address) {
  return address == nullptr ? nullptr : reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(address) | kTag);
}

std::mutex side_mutex;
std::int64_t unordered = 0;

// Blocks of another stream than the default one whose release is not ordered.
std::set<const void*>& side_blocks() {
  static auto* const blocks = new std::set<const void*>;
  return *blocks;
}

// Of all tensors of the device, and what it has.
struct Used {
  std::mutex mutex;
  std::map<const void*, std::size_t> blocks;
  std::int64_t now = 0, peak = 0;
  std::int64_t limit = std::int64_t{1} << 40;

  void add(const void* address, std::size_t bytes) {
    const std::lock_guard lock(mutex);
    const auto more = static_cast<std::int64_t>(bytes);
    TORCH_CHECK_WITH(OutOfMemoryError, now + more <= limit, "the stand-in device is out of memory");
    blocks[address] = bytes;
    now += more;
    peak = std::max(peak, now);
  }

  void remove(const void* address) {
    const std::lock_guard lock(mutex);
    const auto found = blocks.find(address);
    now -= static_cast<std::int64_t>(found->second);
    blocks.erase(found);
  }
};

Used& used() {
  static auto* const all = new Used;
  return *all;
}

class TaggedMemory : public c10::DeviceAllocator {
 public:
  // Blocks of megabytes come and go; from the kernel each would be fresh pages.
  TaggedMemory() {
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
  }
  c10::DataPtr allocate(std::size_t bytes) override {
    void* address = nullptr;
    if (bytes > 0) {
      address = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
      TORCH_CHECK(address != nullptr, "the machine is out of memory");
      try {
        used().add(tagged(address), bytes);
      } catch (...) {
        std::free(address);
        throw;
      }
      std::memset(address, 0xff, bytes);  // NaN in every floating type
    }
    if (current_stream() != 0) {
      const std::lock_guard lock(side_mutex);
      side_blocks().insert(tagged(address));
    }
    return {tagged(address), tagged(address), &release, device()};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(host_address(to), host_address(from), bytes);
  }
  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t /*pool*/) override {}
  void recordStream(const c10::DataPtr& data, c10::Stream /*stream*/) override { order_release(data.get()); }
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex /*device*/) override {
    const std::lock_guard lock(used().mutex);
    c10::CachingDeviceAllocator::DeviceStats stats;
    stats.allocated_bytes[0].current = stats.reserved_bytes[0].current = used().now;
    stats.allocated_bytes[0].peak = used().peak;
    return stats;
  }
  void resetAccumulatedStats(c10::DeviceIndex /*device*/) override {}
  void resetPeakStats(c10::DeviceIndex /*device*/) override {
    const std::lock_guard lock(used().mutex);
    used().peak = used().now;
  }
  std::pair<std::size_t, std::size_t> getMemoryInfo(c10::DeviceIndex /*device*/) override {
    const std::lock_guard lock(used().mutex);
    return {static_cast<std::size_t>(used().limit - used().now), static_cast<std::size_t>(used().limit)};
  }

 private:
  static void release(void* address) {
    {
      const std::lock_guard lock(side_mutex);
      if (side_blocks().erase(address) > 0) ++unordered;
    }
    used().remove(address);
    std::free(host_address(address));
  }
};

[[maybe_unused]] const bool kAllocatorRegistered = [] {
  c10::SetAllocator(c10::DeviceType::PrivateUse1, &memory());
  return true;
}();

}  // namespace

// Never destroyed, because tensors may outlive static objects.
c10::DeviceAllocator& memory() {
  static auto* const tagged_memory = new TaggedMemory;
  return *tagged_memory;
}

MemoryLimit::MemoryLimit(std::int64_t bytes) {
  const std::lock_guard lock(used().mutex);
  before_ = std::exchange(used().limit, used().now + bytes);
}

MemoryLimit::~MemoryLimit() {
  const std::lock_guard lock(used().mutex);
  used().limit = before_;
}

void order_release(const void* device_address) {
  const std::lock_guard lock(side_mutex);
  side_blocks().erase(device_address);
}

std::int64_t unordered_releases() {
  const std::lock_guard lock(side_mutex);
  return unordered;
}

void* host_address(const void* device_address) {
  return reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(device_address) & ~kTag);
}

at::Tensor on_host(const at::Tensor& x) {
  if (!x.defined() || !x.is_privateuseone()) return x;
  static char nothing;  // a tensor of no values wants an address too
  void* address = x.numel() == 0 ? nullptr : host_address(x.const_data_ptr());
  if (address == nullptr) address = &nothing;
  const auto options = x.options().device(at::kCPU).requires_grad(false);
  at::Tensor out = at::from_blob(address, x.sizes(), x.strides(), options);
  if (x.unsafeGetTensorImpl()->is_wrapped_number()) out.unsafeGetTensorImpl()->set_wrapped_number(true);
  return out;
}

at::Tensor moved_to_device(const at::Tensor& x) {
  if (!x.defined() || !x.is_cpu()) return x;
  at::Tensor out = at::empty_strided(x.sizes(), x.strides(), x.options().device(device()));
  on_host(out).copy_(x);
  return out;
}

}  // namespace jetvit::stand_in
