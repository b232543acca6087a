// What libtorch asks of a device besides memory and operators: its generator, hooks, and the guard with its streams.
#include <cstdlib>
#include <string_view>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include "support/stand_in/generator.h"
#include "support/stand_in/memory.h"
#include "support/stand_in/stand_in.h"
#include "support/stand_in/streams.h"

namespace jetvit::stand_in {
namespace {

struct DeviceGenerator : at::CPUGeneratorImpl {
  DeviceGenerator() {
    device_ = device();
    key_set_ = c10::DispatchKeySet(c10::DispatchKey::PrivateUse1);
  }
};

struct Hooks : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex /*index*/) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  void setCurrentDevice(c10::DeviceIndex /*index*/) const override {}
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex /*index*/) const override { return 0; }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex /*index*/) const override { return 0; }
  at::Device getDeviceFromPtr(void* /*data*/) const override { return device(); }
  const at::Generator& getDefaultGenerator(c10::DeviceIndex /*index*/) const override { return generator(); }
  c10::Allocator* getPinnedMemoryAllocator() const override { return &pinned_memory(); }
  bool isPinnedPtr(const void* data) const override { return is_pinned(data); }
};

c10::Stream stream_of(c10::StreamId id) {
  return c10::Stream(c10::Stream::UNSAFE, device(), id);
}

struct Guard final : c10::impl::DeviceGuardImplInterface {
  static constexpr c10::DeviceType static_type = c10::DeviceType::PrivateUse1;
  Guard() = default;
  explicit Guard(c10::DeviceType /*type*/) {}
  c10::DeviceType type() const override { return static_type; }
  at::Device exchangeDevice(at::Device /*other*/) const override { return device(); }
  at::Device getDevice() const override { return device(); }
  void setDevice(at::Device /*other*/) const override {}
  void uncheckedSetDevice(at::Device /*other*/) const noexcept override {}
  c10::Stream getStream(at::Device /*of*/) const override { return stream_of(current_stream()); }
  c10::Stream getDefaultStream(at::Device of) const override { return c10::Stream(c10::Stream::DEFAULT, of); }
  c10::Stream getStreamFromGlobalPool(at::Device /*of*/, bool /*high_priority*/) const override {
    return stream_of(side_stream());
  }
  c10::Stream exchangeStream(c10::Stream stream) const override { return stream_of(exchange_stream(stream.id())); }
  void record(void** event, const c10::Stream& stream, c10::DeviceIndex /*index*/,
              c10::EventFlag /*flag*/) const override {
    if (*event == nullptr) *event = new Mark;
    *static_cast<Mark*>(*event) = mark(stream.id());
  }
  void destroyEvent(void* event, c10::DeviceIndex /*index*/) const noexcept override {
    delete static_cast<Mark*>(event);
  }
  // The default stream does its work at once, and therefore waits here; another one does when it gets there.
  void block(void* event, const c10::Stream& stream) const override {
    const Mark until = *static_cast<Mark*>(event);
    if (stream.id() == until.stream) return;
    if (stream.id() == 0) {
      reach(until);
    } else {
      enqueue(stream.id(), [until] { reach(until); });
    }
  }
  bool queryEvent(void* event) const override { return is_reached(*static_cast<Mark*>(event)); }
  void recordDataPtrOnStream(const c10::DataPtr& data, const c10::Stream& /*stream*/) const override {
    order_release(data.get());
  }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  bool queryStream(const c10::Stream& stream) const override { return is_reached(mark(stream.id())); }
  void synchronizeStream(const c10::Stream& stream) const override { reach(mark(stream.id())); }
  void synchronizeEvent(void* event) const override { reach(*static_cast<Mark*>(event)); }
  void synchronizeDevice(c10::DeviceIndex /*index*/) const override {
    for (const c10::StreamId id : {c10::StreamId{0}, side_stream()}) reach(mark(id));
  }
};
C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard)

// libtorch knows one accelerator in a process. Where the tests run on another one, this is none.
[[maybe_unused]] const bool kHooksRegistered = [] {
  const char* const chosen = std::getenv("JETVIT_TEST_DEVICE");
  if (chosen != nullptr && std::string_view(chosen) != "standin") return false;
  at::RegisterPrivateUse1HooksInterface(new Hooks);  // for the life of the process
  c10::register_privateuse1_backend("standin");
  return true;
}();

}  // namespace

at::Device device() {
  return {c10::DeviceType::PrivateUse1, 0};
}

const at::Generator& generator() {
  static const auto* const only = new at::Generator(c10::make_intrusive<DeviceGenerator>());
  return *only;
}

}  // namespace jetvit::stand_in
