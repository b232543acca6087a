#pragma once

#include "compute/compute_options.h"

namespace jetvit::test {

inline const ComputeOptions kBf16 = {.precision = Precision::kBf16};

}  // namespace jetvit::test
