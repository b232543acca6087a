// The operators of the stand-in device: those of the CPU, on tensors that share the memory of the device's.
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/EmptyTensor.h>
#include <ATen/autocast_mode.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <torch/library.h>

#include "support/stand_in/generator.h"
#include "support/stand_in/memory.h"
#include "support/stand_in/record.h"
#include "support/stand_in/stand_in.h"
#include "support/stand_in/streams.h"

namespace jetvit::stand_in {
namespace {

std::mutex mutex;  // of the counts: backward passes have a thread of their own
Traffic counts;

void count(std::int64_t Traffic::*what) {
  const std::lock_guard lock(mutex);
  ++(counts.*what);
}

// As CUDA's operators do: they take a single number from the host where operands meet element by element, and indices.
void check_operands(const Operator& op, const c10::IValue& value) {
  const std::string& name = op.operator_name().name;
  const auto check = [&](const at::Tensor& x) {
    if (!x.defined() || x.is_privateuseone()) return x;
    const bool is_number = x.dim() == 0 && value.isTensor() && !name.starts_with("aten::_fused");
    const bool is_index = !value.isTensor() && name.starts_with("aten::index");
    TORCH_CHECK(is_number || is_index, "stand-in device: ", name, " got a tensor of shape ", x.sizes(), " on ",
                x.device());
    return x;
  };
  with_tensors(value, check);
}

// Exchanges the states of the device's generator and the CPU's, which the CPU's operators draw from.
class DrawFromDevice {
 public:
  explicit DrawFromDevice(bool draws) : draws_(draws) { exchange(); }
  ~DrawFromDevice() { exchange(); }
  DrawFromDevice(const DrawFromDevice&) = delete;
  DrawFromDevice& operator=(const DrawFromDevice&) = delete;

 private:
  void exchange() const {
    if (!draws_) return;
    at::Generator of_cpu = at::detail::getDefaultCPUGenerator();
    at::Generator of_device = generator();
    const at::Tensor state = of_cpu.get_state();
    of_cpu.set_state(of_device.get_state());
    of_device.set_state(state);
  }

  bool draws_;
};

// A result that the operator is to give its size.
bool is_unsized_result(const Operator& op, std::size_t argument, const c10::IValue& value) {
  const auto* alias = op.schema().arguments()[argument].alias_info();
  return alias != nullptr && alias->isWrite() && value.isTensor() && value.toTensor().defined() &&
         value.toTensor().numel() == 0;
}

}  // namespace

Stack run_on_host(const Operator& op, const Stack& arguments) {
  Stack host;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const c10::IValue& value = arguments[i];
    if (is_unsized_result(op, i, value)) {
      host.emplace_back(at::empty({0}, value.toTensor().options().device(at::kCPU)));
    } else if (value.isDevice()) {
      host.emplace_back(at::Device(at::kCPU));
    } else {
      host.push_back(value.isGenerator() ? c10::IValue() : with_tensors(value, on_host));
    }
  }
  const Stack given = host;
  {
    const DrawFromDevice draws(op.hasTag(at::Tag::nondeterministic_seeded));
    op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), &host);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (!is_unsized_result(op, i, arguments[i])) continue;
    const at::Tensor result = given[i].toTensor();
    on_host(arguments[i].toTensor().resize_(result.sizes())).copy_(result);
  }
  const auto original = [&](const at::Tensor& result) {
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (given[i].isTensor() && result.defined() && given[i].toTensor().is_same(result)) {
        return arguments[i].toTensor();
      }
    }
    return result;
  };
  Stack results;
  for (const c10::IValue& value : host) results.push_back(with_tensors(value, original));
  return results;
}

namespace {

void run(const Operator& op, Stack* stack) {
  const auto count_of_arguments = static_cast<std::ptrdiff_t>(op.schema().arguments().size());
  const Stack arguments(stack->end() - count_of_arguments, stack->end());
  stack->erase(stack->end() - count_of_arguments, stack->end());
  for (const c10::Argument& result : op.schema().returns()) {
    const bool is_view = result.alias_info() != nullptr && !result.alias_info()->isWrite();
    TORCH_CHECK(!is_view, "stand-in device: it has no ", op.operator_name(), ", which gives a view");
  }
  for (const c10::IValue& value : arguments) check_operands(op, value);
  Stack results = run_on_host(op, arguments);
  for (c10::IValue& result : results) result = with_tensors(result, moved_to_device);
  record_call(op, arguments, results);
  for (c10::IValue& result : results) stack->push_back(std::move(result));
  count(&Traffic::launches);
}

at::Tensor empty(c10::IntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout> /*layout*/,
                 std::optional<at::Device> /*device*/, std::optional<bool> /*pin*/,
                 std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, &memory(), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                   c10::dtype_or_default(type), format);
}

at::Tensor empty_strided(c10::IntArrayRef size, c10::IntArrayRef stride, std::optional<at::ScalarType> type,
                         std::optional<at::Layout> /*layout*/, std::optional<at::Device> /*device*/,
                         std::optional<bool> /*pin*/) {
  return at::detail::empty_strided_generic(size, stride, &memory(), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                           c10::dtype_or_default(type));
}

bool is_in_pinned_memory(const at::Tensor& x) {
  return x.is_cpu() && is_pinned(x.const_data_ptr());
}

// A copy that the host does not wait for; false where it has to. Only the memory of the host is read or written late:
// that of the device is as it is when its stream gets there, which for the default stream is now.
bool copy_later(const at::Tensor& from, const at::Tensor& to) {
  const c10::StreamId stream = current_stream();
  const auto same_memory = [](const at::Tensor& x) {
    return at::from_blob(x.data_ptr(), x.sizes(), x.strides(), x.options());
  };
  if (is_in_pinned_memory(from) && stream != 0) {
    const auto use = std::make_shared<PinnedUse>(from.const_data_ptr());
    enqueue(stream, [to, values = same_memory(from), use] { on_host(to).copy_(values); });
    return true;
  }
  if (is_in_pinned_memory(to)) {
    const auto use = std::make_shared<PinnedUse>(to.const_data_ptr());
    enqueue(stream, [to = same_memory(to), values = on_host(from).clone(), use] { to.copy_(values); });
    return true;
  }
  return false;
}

at::Tensor copy_from(const at::Tensor& from, const at::Tensor& to, bool non_blocking) {
  if (from.is_cpu() || to.is_cpu()) {
    refuse_while_recording("a copy between host and device");
  } else {
    record_copy(from, to);
  }
  if (!non_blocking || !copy_later(from, to)) on_host(to).copy_(on_host(from));
  if (from.is_cpu()) {
    count(&Traffic::to_device);
  } else if (to.is_cpu()) {
    count(&Traffic::to_host);
  } else {
    count(&Traffic::launches);
  }
  return to;
}

at::Tensor copy_from_and_resize(const at::Tensor& from, const at::Tensor& to) {
  return copy_from(from, to.resize_(from.sizes()), false);
}

at::Scalar read_number(const at::Tensor& x) {
  refuse_while_recording("a value read by the host");
  count(&Traffic::reads);
  return on_host(x).item();
}

const at::Tensor& resize(const at::Tensor& x, c10::IntArrayRef size, std::optional<at::MemoryFormat> format) {
  const std::size_t bytes = at::detail::computeStorageNbytesContiguous(size, x.element_size());
  c10::Storage storage = x.storage();
  if (bytes > storage.nbytes()) {
    c10::DataPtr larger = memory().allocate(bytes);
    if (storage.nbytes() > 0) memory().copy_data(larger.get(), storage.data(), storage.nbytes());
    storage.set_data_ptr_noswap(std::move(larger));
    storage.set_nbytes(bytes);
  }
  x.unsafeGetTensorImpl()->set_sizes_contiguous(size);
  if (format) x.unsafeGetTensorImpl()->empty_tensor_restride(*format);
  return x;
}

torch::CppFunction boxed() {
  return torch::CppFunction::makeFromBoxedFunction<&run>();
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", empty);
  m.impl("empty_strided", empty_strided);
  m.impl("as_strided", at::native::as_strided_tensorimpl);
  m.impl("view", at::native::view);
  m.impl("_reshape_alias", at::native::_reshape_alias);
  m.impl("unfold", at::native::unfold);
  m.impl("resize_", resize);
  m.impl("_copy_from", copy_from);
  m.impl("_copy_from_and_resize", copy_from_and_resize);
  m.impl("_local_scalar_dense", read_number);
  // CUDA has kernels for these, which libtorch composes of others for a device that has none.
  for (const char* name :
       {"convolution", "convolution_backward", "native_layer_norm", "native_group_norm", "silu_backward",
        "mish_backward", "_foreach_norm.Scalar", "_foreach_mul_.Scalar", "_foreach_mul_.Tensor", "_foreach_mul.Tensor",
        "_foreach_sub.List", "_foreach_add_.List", "_foreach_copy_"}) {
    m.impl(name, boxed());
  }
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) {
  m.fallback(boxed());
}

// CUDA's lists.
TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFallthrough());
}

TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1, m) {
#define JETVIT_LOWER(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, lower_precision_fp)
#define JETVIT_FP32(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32)
#define JETVIT_FP32_TYPE(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32_set_opt_dtype)
#define JETVIT_WIDEST(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, promote)
  AT_FORALL_LOWER_PRECISION_FP(JETVIT_LOWER)
  AT_FORALL_FP32(JETVIT_FP32)
  AT_FORALL_FP32_SET_OPT_DTYPE(JETVIT_FP32_TYPE)
  AT_FORALL_PROMOTE(JETVIT_WIDEST)
#undef JETVIT_LOWER
#undef JETVIT_FP32
#undef JETVIT_FP32_TYPE
#undef JETVIT_WIDEST
}

}  // namespace

Traffic traffic() {
  const std::lock_guard lock(mutex);
  return counts;
}

Traffic operator-(const Traffic& after, const Traffic& before) {
  return {.launches = after.launches - before.launches,
          .replays = after.replays - before.replays,
          .reads = after.reads - before.reads,
          .to_device = after.to_device - before.to_device,
          .to_host = after.to_host - before.to_host};
}

void count_replay() {
  count(&Traffic::replays);
}

OwnOperators::OwnOperators()
    : kernels_(torch::Library::IMPL, "jetvit", c10::DispatchKey::PrivateUse1, __FILE__, __LINE__) {
  for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
    if (name.name.starts_with("jetvit::")) kernels_.impl(name.name.substr(name.name.find("::") + 2).c_str(), boxed());
  }
}

}  // namespace jetvit::stand_in
