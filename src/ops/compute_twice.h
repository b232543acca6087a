#pragma once

#include <functional>

#include <ATen/core/Tensor.h>

namespace jetvit {

// pass(x), of whose tensors none is kept for the backward pass but x: it runs there once more (activation
// checkpointing, Chen et al. 2016, arXiv:1604.06174). Output and gradients are those of pass(x), bit for bit, if it
// depends on x, on parameters that do not change in between, and on the random numbers of the device of x alone: the
// second pass draws the same numbers again. The second pass can run on another thread. x: of any shape; floating point.
at::Tensor compute_twice(const at::Tensor& x, std::function<at::Tensor(const at::Tensor&)> pass);

// Whether this thread runs a pass of compute_twice() for the second time: whatever counts passes skips it then.
bool is_second_pass();

}  // namespace jetvit
