#pragma once

namespace jetvit {

// From now on the operators of ATen that our models call work out shapes of tensors without values (device "meta"):
// those that libtorch does this for in Python alone.
void register_shape_kernels();

}  // namespace jetvit
