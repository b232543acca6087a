#include "model/layers/pooled_head.h"

#include <ATen/ops/tanh.h>

#include "model/layers/drop_path.h"

namespace jetvit {

PooledHead::PooledHead(int channels, int outputs, double dropout) : dropout_(dropout) {
  fc_ = add_child("fc", std::make_shared<Linear>(channels, outputs, Linear::Init::kDefault));
}

at::Tensor PooledHead::forward(const at::Tensor& x) const {
  return fc_->forward(jetvit::dropout(x.mean({2, 3}), dropout_, training()));
}

PooledMlpHead::PooledMlpHead(int channels, int outputs, double dropout, double epsilon) : dropout_(dropout) {
  norm_ = add_child("norm", std::make_shared<LayerNorm>(channels, epsilon));
  hidden_ = add_child("pre_logits.fc", std::make_shared<Linear>(channels, channels, Linear::Init::kDefault));
  fc_ = add_child("fc", std::make_shared<Linear>(channels, outputs, Linear::Init::kDefault));
}

at::Tensor PooledMlpHead::forward(const at::Tensor& x) const {
  const at::Tensor hidden = at::tanh(hidden_->forward(norm_->forward(x.mean({2, 3}))));
  return fc_->forward(jetvit::dropout(hidden, dropout_, training()));
}

}  // namespace jetvit
