#pragma once

#include <string>

#include <ATen/core/Tensor.h>

// Conversion of weights to a model with other input channels, image, window or patch size. The results are those of
// timm 1.0 (checkpoint_filter_fn of its models, adapt_input_conv). All functions return float32.
namespace jetvit {

// Converts filters w (out, in, h, w) to another number of input channels C:
//   timm  C = 1: the sum of all w_k; otherwise channel c gets w_(c mod in) * in / C
//   sum   every channel gets the sum of all w_k, divided by C: equal planes give the same result as a gray image before
//   mean  every channel gets the mean of all w_k: each plane counts like one color of a gray image
at::Tensor with_input_channels(const at::Tensor& filters, std::int64_t channels, const std::string& how);

// Converts a position table (1, 1 + old^2, width), class token first, to side x side patches by bicubic interpolation
// with antialiasing.
at::Tensor resampled_positions(const at::Tensor& table, std::int64_t side);

// Converts relative position biases, ((2 old - 1)^2, heads) or (heads, 2 old - 1, 2 old - 1), to a window of `window` x
// `window` tokens. Interpolates linearly between the old offsets, which are spread over the new ones in a geometric
// progression, so that near neighbors keep their bias (BEiT, github.com/microsoft/unilm).
at::Tensor resampled_bias(const at::Tensor& table, std::int64_t window);

// Converts filters (out, in, old, old) of a patch embedding to patches of side x side pixels, such that the response to
// a patch resized to the new size is as close as possible to the old one (FlexiViT, arXiv:2212.08013).
at::Tensor resampled_patches(const at::Tensor& filters, std::int64_t side);

}  // namespace jetvit
