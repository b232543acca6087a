#pragma once

#include <string_view>

#include <c10/core/Device.h>

#include "base/threads.h"

namespace jetvit {

// The precision of matrix multiplications and convolutions. Weights, norms, losses and optimizer states are always
// float32.
enum class Precision {
  kFp32,
  kTf32,  // float32, whose multiplications round their operands to TensorFloat-32; not on the CPU
  kBf16,  // bfloat16: native, or emulated on processors without the instructions (compute/bf16_matmul.h)
  kFp16,  // float16; not on the CPU
};

// "fp32", "tf32", "bf16" or "fp16".
std::string_view precision_name(Precision precision);

// The inverse. Throws UsageError with the possible names for any other name.
Precision precision_from_name(std::string_view name);

// Where and how a model computes. Common to training, evaluation, prediction and benchmarks.
struct ComputeOptions {
  c10::Device device = c10::kCPU;
  Precision precision = Precision::kFp32;
  int threads = default_threads();  // for libtorch's and jetvit's operators
  bool graphs = true;               // training steps are recorded where the device can do that

  bool is_bf16() const { return precision == Precision::kBf16; }
};

// Throws UsageError where the device cannot compute in the precision.
void require_precision(const ComputeOptions& options);

// The device of a name: "cpu", "cuda", or "cuda:1" for the second GPU. Throws UsageError for other names, and for a GPU
// that cannot be used (require_cuda).
c10::Device device_from_name(std::string_view name);

}  // namespace jetvit
