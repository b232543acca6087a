#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

namespace jetvit::onnx {

inline constexpr int kNoValue = -1;  // of a tensor that is not defined, as the bias of a layer without one

// One call of an operator of libtorch that was made directly by jetvit, not by another operator.
struct RecordedCall {
  std::string name;                  // "aten::add.Tensor"
  std::vector<c10::IValue> inputs;   // its arguments
  std::vector<c10::IValue> outputs;  // what it returned
  std::vector<int> input_values;     // of the tensors among its arguments, in their order: indices of Recording::values
  std::vector<int> output_values;    // of those that it returned
};

// The calls that a forward pass made, in their order, and the tensors that passed through them.
struct Recording {
  struct Value {
    at::Tensor tensor;                // kept alive, so that no other tensor takes its place in memory
    std::vector<std::int64_t> shape;  // when it was first seen
    int call = -1;                    // that made it; -1: it came from outside
    std::uint32_t version = 0;        // counts the writes to its memory
    int overwritten = -1;             // the first call that wrote to its memory later; -1: none
  };

  std::vector<RecordedCall> calls;
  std::vector<Value> values;
  int input = kNoValue, output = kNoValue;
};

// Runs forward(x) on this thread without gradients and records it. A call in place makes a new value. Throws what
// `forward` throws.
Recording record(const at::Tensor& x, const std::function<at::Tensor(const at::Tensor&)>& forward);

// All tensors of an argument or a result, those of lists and tuples included, in their order.
std::vector<at::Tensor> tensors_of(const c10::IValue& value);

}  // namespace jetvit::onnx
