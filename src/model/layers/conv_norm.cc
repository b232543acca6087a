#include "model/layers/conv_norm.h"

#include <utility>

namespace jetvit {

ConvNorm::ConvNorm(std::string conv_name, const ConvOptions& conv, std::string norm_name, double epsilon) {
  conv_ = add_child(std::move(conv_name), std::make_shared<Conv2d>(conv));
  norm_ = add_child(std::move(norm_name), std::make_shared<BatchNorm2d>(conv.out, epsilon));
}

at::Tensor ConvNorm::compute(const at::Tensor& x) const {
  return conv_->is_packed() ? conv_->forward(x) : norm_->forward(conv_->forward(x));
}

at::Tensor ConvNorm::forward(const at::Tensor& x, Activation activation) const {
  return conv_->is_packed() ? conv_->forward(x, activation) : norm_->forward(conv_->forward(x), activation);
}

void ConvNorm::pack(at::ScalarType precision) {
  const BatchNorm2d::Affine affine = norm_->affine();
  conv_->pack_scaled(affine.factor, affine.shift, precision);
}

}  // namespace jetvit
