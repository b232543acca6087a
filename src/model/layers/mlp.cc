#include "model/layers/mlp.h"

#include "model/layers/block_width.h"
#include "model/layers/drop_path.h"

namespace jetvit {

Mlp::Mlp(int width, double ratio, double dropout) : dropout_(dropout) {
  constexpr auto kInit = Linear::Init::kTruncatedNormal;
  const int hidden = mlp_width(width, ratio);
  fc1_ = add_child("fc1", std::make_shared<Linear>(width, hidden, kInit));
  fc2_ = add_child("fc2", std::make_shared<Linear>(hidden, width, kInit));
}

at::Tensor Mlp::compute(const at::Tensor& x) const {
  const at::Tensor hidden = jetvit::dropout(fc1_->forward(x, Activation::kGelu), dropout_, training());
  return jetvit::dropout(fc2_->forward(hidden), dropout_, training());
}

}  // namespace jetvit
