#include "compute/compute_options.h"

#include <charconv>
#include <optional>
#include <string>
#include <system_error>

#include "base/error.h"
#include "base/text.h"
#include "compute/cuda_module.h"

namespace jetvit {
namespace {

// The number in "cuda:1", 0 for "cuda"; none for other words.
std::optional<c10::DeviceIndex> gpu_of_name(std::string_view name) {
  if (name == "cuda") return c10::DeviceIndex{0};
  constexpr std::string_view kBeforeNumber = "cuda:";
  if (!name.starts_with(kBeforeNumber)) return std::nullopt;
  const char* const last = name.data() + name.size();
  c10::DeviceIndex gpu = 0;  // an int8_t, which is read as a number
  const auto [end, error] = std::from_chars(name.data() + kBeforeNumber.size(), last, gpu);
  if (error != std::errc() || end != last || gpu < 0) return std::nullopt;
  return gpu;
}

}  // namespace

std::string_view precision_name(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kTf32:
      return "tf32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kFp16:
      return "fp16";
  }
  return {};
}

Precision precision_from_name(std::string_view name) {
  for (const Precision precision : {Precision::kFp32, Precision::kTf32, Precision::kBf16, Precision::kFp16}) {
    if (name == precision_name(precision)) return precision;
  }
  throw UsageError(
      text("`precision` ", printable(std::string(name)), ": no such precision (possible: fp32, tf32, bf16, fp16)"));
}

void require_precision(const ComputeOptions& options) {
  if (!options.device.is_cpu()) return;
  if (options.precision != Precision::kFp16 && options.precision != Precision::kTf32) return;
  throw UsageError(text("`precision` ", precision_name(options.precision),
                        ": a CPU has no fast multiplications of such numbers (possible: fp32, bf16)"));
}

c10::Device device_from_name(std::string_view name) {
  if (name == "cpu") return c10::kCPU;
  const std::optional<c10::DeviceIndex> gpu = gpu_of_name(name);
  if (!gpu) {
    throw UsageError(text("`device` ", printable(std::string(name)),
                          ": no such device (possible: cpu, cuda, cuda:1 for the second GPU)"));
  }
  const c10::Device device(c10::kCUDA, *gpu);
  require_cuda(device);
  return device;
}

}  // namespace jetvit
