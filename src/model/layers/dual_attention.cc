#include "model/layers/dual_attention.h"

#include <cmath>

#include <ATen/TensorOperators.h>

#include "compute/bf16_matmul.h"

namespace jetvit {

ChannelAttention::ChannelAttention(int width, int groups) : groups_(groups) {
  constexpr auto kInit = Linear::Init::kTruncatedNormal;
  qkv_ = add_child("qkv", std::make_shared<Linear>(width, 3 * width, kInit));
  proj_ = add_child("proj", std::make_shared<Linear>(width, width, kInit));
}

at::Tensor ChannelAttention::compute(const at::Tensor& x) const {
  const std::int64_t n = x.size(0);
  const std::int64_t tokens = x.size(1) * x.size(2);
  const std::int64_t size = x.size(3) / groups_;  // of a group
  // Three of (N, groups, tokens, size)
  const auto qkv = qkv_->forward(x).reshape({n, tokens, 3, groups_, size}).permute({2, 0, 3, 1, 4}).unbind(0);
  const at::Tensor scores = rounded_matmul(qkv[1].transpose(2, 3), qkv[2]);
  const at::Tensor weights =
      (scores * (1 / std::sqrt(static_cast<double>(size)))).softmax(-1);  // (N, groups, size, size)
  // (N, groups, tokens, size): q multiplied by the transposed weights.
  const at::Tensor mixed = rounded_matmul(qkv[0], weights.transpose(2, 3)).transpose(1, 2).reshape(x.sizes());
  return proj_->forward(mixed);
}

DualAttention::DualAttention(const DualAttentionOptions& options) {
  const WindowAttentionOptions windows = {.width = options.width,
                                          .heads = options.heads,
                                          .grid = {.side = options.side, .window = options.window},
                                          .relative_bias = false};
  windows_ = add_child(
      "0", std::make_shared<DualAttentionBlock<WindowAttention>>(options, std::make_shared<WindowAttention>(windows)));
  channels_ = add_child("1", std::make_shared<DualAttentionBlock<ChannelAttention>>(
                                 options, std::make_shared<ChannelAttention>(options.width, options.heads)));
}

at::Tensor DualAttention::compute(const at::Tensor& x) const {
  return channels_->forward(windows_->forward(x));
}

}  // namespace jetvit
