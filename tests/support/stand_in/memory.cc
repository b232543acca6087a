#include "support/stand_in/memory.h"

#include <cstdlib>
#include <cstring>

#include <ATen/ops/empty_strided.h>
#include <ATen/ops/from_blob.h>
#include <malloc.h>

#include "support/stand_in/stand_in.h"

namespace jetvit::stand_in {
namespace {

// No address of x86-64 has bit 54 set and bit 63 not, with 48 bits of address nor with 57 in the user's half.
constexpr std::uintptr_t kTag = std::uintptr_t{1} << 54;
constexpr std::size_t kAlignment = 64;  // bytes

void* tagged(void* address) {
  return address == nullptr ? nullptr : reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(address) | kTag);
}

class TaggedMemory : public c10::Allocator {
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
      TORCH_CHECK(address != nullptr, "the stand-in device is out of memory");
      std::memset(address, 0xff, bytes);  // NaN in every floating type
    }
    return {tagged(address), tagged(address), &release, device()};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &release; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    std::memcpy(host_address(to), host_address(from), bytes);
  }

 private:
  static void release(void* address) { std::free(host_address(address)); }
};

[[maybe_unused]] const bool kAllocatorRegistered = [] {
  c10::SetAllocator(c10::DeviceType::PrivateUse1, &memory());
  return true;
}();

}  // namespace

// Never destroyed, because tensors may outlive static objects.
c10::Allocator& memory() {
  static auto* const tagged_memory = new TaggedMemory;
  return *tagged_memory;
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
