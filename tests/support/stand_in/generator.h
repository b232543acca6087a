#pragma once

#include <ATen/core/Generator.h>

namespace jetvit::stand_in {

// The device's random generator, of the same kind as the CPU's.
const at::Generator& generator();

}  // namespace jetvit::stand_in
