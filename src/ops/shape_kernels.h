#pragma once

namespace jetvit {

// Registers kernels for tensors without values (device "meta"), once: from now on the operators of ATen that our models
// call work out shapes there. For those that libtorch has such kernels for in Python alone.
void register_shape_kernels();

}  // namespace jetvit
