#pragma once

#include <string>

#include <ATen/core/Tensor.h>

// Weights of one shape for a model of another: other input channels, image, window or patch size. Numbers are those of
// timm 1.0 (checkpoint_filter_fn of its models, adapt_input_conv). All return float32.
namespace jetvit {

// Filters w (out, in, h, w) for another number of input channels, C:
//   timm  C = 1: the sum of all w_k; else channel c takes w_(c mod in) * in / C
//   sum   every channel takes the sum of all w_k, divided by C: equal planes give what a grey image gave before
//   mean  every channel takes the mean of all w_k: each plane alone counts like one colour of a grey image
at::Tensor with_input_channels(const at::Tensor& filters, std::int64_t channels, const std::string& how);

// Position table (1, 1 + old^2, width), class token first, for side x side patches: bicubic, antialiased.
at::Tensor resampled_positions(const at::Tensor& table, std::int64_t side);

// Relative position biases of a square window, ((2 old - 1)^2, heads) or (heads, 2 old - 1, 2 old - 1), for another:
// linear between old offsets that are spread over the new ones in geometric progression, so that near neighbours keep
// their bias (BEiT, github.com/microsoft/unilm).
at::Tensor resampled_bias(const at::Tensor& table, std::int64_t window);

// Filters (out, in, old, old) of a patch embedding for patches of side x side pixels, such that their product with a
// patch resized to that size is what it was, as nearly as can be (FlexiViT, arXiv:2212.08013).
at::Tensor resampled_patches(const at::Tensor& filters, std::int64_t side);

}  // namespace jetvit
