#pragma once

#include <ATen/core/Tensor.h>

#include "ops/window_attention.h"

namespace jetvit {

// window_attention by the operators of ATen, with copies in the order of the windows and all scores in memory: for any
// device, floating-point dtype and size of window.
at::Tensor window_attention_composite(const at::Tensor& qkv, const at::Tensor& padding, const at::Tensor& bias,
                                      const AttentionHeads& heads, const WindowGrid& grid);

}  // namespace jetvit
