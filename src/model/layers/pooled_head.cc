#include "model/layers/pooled_head.h"

#include <ATen/ops/tanh.h>

#include "model/layers/drop_path.h"

namespace jetvit {

PooledHead::PooledHead(const PooledHeadOptions& options) : dropout_(options.dropout) {
  const int channels = options.channels;
  norm_ = add_child(options.hidden ? "head.norm" : "norm", std::make_shared<LayerNorm>(channels, options.epsilon));
  if (options.hidden) {
    hidden_ = add_child("head.pre_logits.fc", std::make_shared<Linear>(channels, channels, Linear::Init::kDefault));
  }
  fc_ = add_child("head.fc", std::make_shared<Linear>(channels, options.outputs, Linear::Init::kDefault));
}

at::Tensor PooledHead::compute(const at::Tensor& x) const {
  const at::Tensor pooled =
      hidden_ ? at::tanh(hidden_->forward(norm_->forward(x.mean({2, 3})))) : norm_->forward_channels(x).mean({2, 3});
  return fc_->forward(jetvit::dropout(pooled, dropout_, training()));
}

}  // namespace jetvit
