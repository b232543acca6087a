#include "onnx/recording.h"

#include <memory>
#include <unordered_map>
#include <utility>

#include <ATen/core/grad_mode.h>
#include <ATen/record_function.h>

namespace jetvit::onnx {
namespace {

// Takes the calls of one thread.
class Recorder {
 public:
  Recorder() { current = this; }
  ~Recorder() { current = nullptr; }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  int value_of(const at::Tensor& tensor) {
    if (!tensor.defined()) return kNoValue;
    const auto [found, is_new] =
        number_.try_emplace(tensor.unsafeGetTensorImpl(), static_cast<int>(recording.values.size()));
    if (is_new) {
      recording.values.push_back(
          {.tensor = tensor, .shape = tensor.sizes().vec(), .version = static_cast<std::uint32_t>(tensor._version())});
    }
    return found->second;
  }

  // The callbacks of libtorch, which takes plain functions.
  static std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& call) {
    auto context = std::make_unique<Context>();
    if (current->depth_++ > 0) return context;
    context->inputs.assign(call.inputs().begin(), call.inputs().end());
    for (const c10::IValue& input : context->inputs) {
      for (const at::Tensor& tensor : tensors_of(input)) context->values.push_back(current->value_of(tensor));
    }
    return context;
  }

  static void end(const at::RecordFunction& call, at::ObserverContext* context) {
    if (--current->depth_ == 0) current->finish(call, *static_cast<Context*>(context));
  }

  Recording recording;

 private:
  struct Context : at::ObserverContext {
    std::vector<c10::IValue> inputs;
    std::vector<int> values;
  };

  void finish(const at::RecordFunction& call, Context& context) {
    const auto name = call.operator_name();
    RecordedCall made{.name = name ? name->name : std::string(call.name()),
                      .inputs = std::move(context.inputs),
                      .outputs = call.outputs(),
                      .input_values = std::move(context.values),
                      .output_values = {}};
    if (name && !name->overload_name.empty()) made.name += "." + name->overload_name;
    for (const c10::IValue& output : made.outputs) {
      for (const at::Tensor& tensor : tensors_of(output)) made.output_values.push_back(output_value(tensor));
    }
    recording.calls.push_back(std::move(made));
  }

  int output_value(const at::Tensor& tensor) {
    const int call = static_cast<int>(recording.calls.size());
    const auto found = tensor.defined() ? number_.find(tensor.unsafeGetTensorImpl()) : number_.end();
    if (found != number_.end()) {
      const auto known = static_cast<std::size_t>(found->second);
      if (recording.values[known].version == static_cast<std::uint32_t>(tensor._version())) return found->second;
      mark_overwritten(tensor, call);
      number_.erase(found);
    }
    const int value = value_of(tensor);
    if (value != kNoValue) recording.values[static_cast<std::size_t>(value)].call = call;
    return value;
  }

  // All values that show the memory of `tensor`: its views, too.
  void mark_overwritten(const at::Tensor& tensor, int call) {
    for (Recording::Value& value : recording.values) {
      const bool is_alias = value.tensor.has_storage() && value.tensor.storage().is_alias_of(tensor.storage());
      if (is_alias && value.overwritten < 0) value.overwritten = call;
    }
  }

  static thread_local Recorder* current;
  int depth_ = 0;
  std::unordered_map<const c10::TensorImpl*, int> number_;
};

thread_local Recorder* Recorder::current = nullptr;

// Removes a callback also where the forward pass throws.
class Callback {
 public:
  Callback()
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(&Recorder::begin, &Recorder::end)
                                               .needsInputs(true)
                                               .needsOutputs(true)
                                               .scopes({at::RecordScope::FUNCTION}))) {}
  ~Callback() { at::removeCallback(handle_); }
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;

 private:
  at::CallbackHandle handle_;
};

void append_tensors(const c10::IValue& value, std::vector<at::Tensor>& out) {
  if (value.isTensor()) {
    out.push_back(value.toTensor());
  } else if (value.isList()) {
    for (const c10::IValue& item : value.toList()) append_tensors(item, out);
  } else if (value.isTuple()) {
    for (const c10::IValue& item : value.toTupleRef().elements()) append_tensors(item, out);
  }
}

}  // namespace

std::vector<at::Tensor> tensors_of(const c10::IValue& value) {
  std::vector<at::Tensor> out;
  append_tensors(value, out);
  return out;
}

Recording record(const at::Tensor& x, const std::function<at::Tensor(const at::Tensor&)>& forward) {
  const at::NoGradGuard no_gradients;
  Recorder recorder;
  recorder.recording.input = recorder.value_of(x);
  at::Tensor y;
  {
    const Callback callback;
    y = forward(x);
  }
  recorder.recording.output = recorder.value_of(y);
  return std::move(recorder.recording);
}

}  // namespace jetvit::onnx
