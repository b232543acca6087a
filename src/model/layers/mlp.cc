#include "model/layers/mlp.h"

#include "model/layers/drop_path.h"
#include "ops/fused_activation.h"

namespace jetvit {

Mlp::Mlp(int width, double dropout) : dropout_(dropout) {
  constexpr auto kInit = Linear::Init::kTruncatedNormal;
  constexpr int kExpand = 4;
  fc1_ = add_child("fc1", std::make_shared<Linear>(width, kExpand * width, kInit));
  fc2_ = add_child("fc2", std::make_shared<Linear>(kExpand * width, width, kInit));
}

at::Tensor Mlp::compute(const at::Tensor& x) const {
  const at::Tensor hidden =
      jetvit::dropout(fused_activation(fc1_->forward(x), Activation::kGelu), dropout_, training());
  return jetvit::dropout(fc2_->forward(hidden), dropout_, training());
}

}  // namespace jetvit
