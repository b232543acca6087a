#include "compute/compute_options.h"

#include <string>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

std::string_view precision_name(Precision precision) {
  switch (precision) {
    case Precision::kFp32:
      return "fp32";
    case Precision::kBf16:
      return "bf16";
    case Precision::kFp16:
      return "fp16";
  }
  return {};
}

Precision precision_from_name(std::string_view name) {
  for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kFp16}) {
    if (name == precision_name(precision)) return precision;
  }
  throw UsageError(
      text("`precision` ", printable(std::string(name)), ": no such precision (possible: fp32, bf16, fp16)"));
}

void require_precision(const ComputeOptions& options) {
  if (options.precision != Precision::kFp16 || !options.device.is_cpu()) return;
  throw UsageError("`precision` fp16: a CPU has no fast multiplications of such numbers (possible: fp32, bf16)");
}

c10::Device device_from_name(std::string_view name) {
  if (name == "cpu") return c10::kCPU;
  throw UsageError(text("`device` ", printable(std::string(name)), ": not available in this build (possible: cpu)"));
}

}  // namespace jetvit
