#include "compute/bf16_matmul.h"

#include <utility>

#include <ATen/ops/matmul.h>

namespace jetvit {
namespace {

thread_local bool emulated = false;

}  // namespace

bool has_bf16_instructions() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return true;
#endif
}

bool multiplies_bf16(c10::Device device) {
  return !device.is_cpu() || has_bf16_instructions();
}

Bf16EmulationGuard::Bf16EmulationGuard() : before_(std::exchange(emulated, true)) {}

Bf16EmulationGuard::~Bf16EmulationGuard() {
  emulated = before_;
}

at::Tensor rounded(const at::Tensor& x) {
  return emulated ? x.to(at::kBFloat16).to(at::kFloat) : x;
}

at::Tensor rounded_matmul(const at::Tensor& a, const at::Tensor& b) {
  return rounded(at::matmul(rounded(a), rounded(b)));
}

}  // namespace jetvit
