#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

// What a recorder of the stand-in device keeps.
namespace jetvit::stand_in {

using Stack = torch::jit::Stack;
using Operator = c10::OperatorHandle;

// Runs an operator of the device on the host. Results are on the CPU where they are new; those that the operator
// changed in place are the arguments themselves.
Stack run_on_host(const Operator& op, const Stack& arguments);

// Keeps a call of an operator, or a copy within the device, if a recorder is at work.
void record_call(const Operator& op, const Stack& arguments, const Stack& results);
void record_copy(const at::Tensor& from, const at::Tensor& to);

// Throws if a recorder is at work: no record can hold what the host does.
void refuse_while_recording(const char* what);

void count_replay();

// The value with each tensor in it replaced by change(tensor).
template <class Change>
c10::IValue with_tensors(const c10::IValue& value, const Change& change) {
  if (value.isTensor()) return change(value.toTensor());
  if (value.isTensorList()) {
    c10::List<at::Tensor> list;
    for (const at::Tensor& x : value.toTensorVector()) list.push_back(change(x));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<at::Tensor>> list;
    for (const auto& x : value.toOptionalTensorVector()) list.push_back(x ? std::optional(change(*x)) : std::nullopt);
    return list;
  }
  return value;
}

}  // namespace jetvit::stand_in
