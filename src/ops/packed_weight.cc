#include "ops/packed_weight.h"

#include <string_view>

#include <ATen/Context.h>
#include <ATen/core/List.h>

#include "compute/bf16_matmul.h"
#include "ops/dispatch.h"

namespace jetvit {
namespace {

// The operators that libtorch's compiler (torch.compile) uses on CPUs; there are no functions for them.
using Text = std::string_view;
using Scalars = c10::List<std::optional<at::Scalar>>;
using Bias = std::optional<at::Tensor>;
using ReorderLinear = at::Tensor(const at::Tensor&, std::optional<std::int64_t>);
using ReorderConv = at::Tensor(const at::Tensor&, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, std::int64_t,
                               at::OptionalIntArrayRef);
using Linear = at::Tensor(const at::Tensor&, const at::Tensor&, const Bias&, Text, Scalars, std::optional<Text>);
using Conv = at::Tensor(const at::Tensor&, const at::Tensor&, const Bias&, at::IntArrayRef, at::IntArrayRef,
                        at::IntArrayRef, std::int64_t, Text, Scalars, std::optional<Text>);

struct Names {
  Text activation, algorithm;
};

Names names_of(std::optional<Activation> activation) {
  if (!activation) return {"none", ""};
  switch (*activation) {
    case Activation::kRelu:
      return {"relu", ""};
    case Activation::kSilu:
      return {"swish", ""};
    case Activation::kGelu:
      return {"gelu", "none"};
    case Activation::kGeluTanh:
      break;
  }
  return {"gelu", "tanh"};
}

// A copy: later changes of the parameter do not reach it.
Bias copy_of(const at::Tensor& bias) {
  return bias.defined() ? Bias(bias.detach().clone()) : std::nullopt;
}

}  // namespace

bool can_pack(const at::Tensor& weight, at::ScalarType precision) {
  return weight.device().is_cpu() && weight.scalar_type() == at::kFloat && at::globalContext().userEnabledMkldnn() &&
         at::Context::hasMKLDNN() && (precision == at::kFloat || has_bf16_instructions());
}

PackedLinear::PackedLinear(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType precision)
    : precision_(precision), bias_(copy_of(bias)) {
  if (precision == at::kFloat) {
    product_.emplace(weight, bias);
    return;
  }
  static const auto reorder = find_operator<ReorderLinear>("mkldnn::_reorder_linear_weight");
  weight_ = reorder.call(weight.detach().to(precision).contiguous(), std::nullopt);
}

at::Tensor PackedLinear::forward(const at::Tensor& x, std::optional<Activation> activation) const {
  if (product_) return product_->rows(x.to(precision_).contiguous(), activation);
  static const auto linear = find_operator<Linear>("mkldnn::_linear_pointwise");
  const Names names = names_of(activation);
  return linear.call(x.to(precision_), weight_, bias_, names.activation, Scalars(), names.algorithm);
}

PackedConv::PackedConv(const at::Tensor& weight, const at::Tensor& bias, const Windows& windows,
                       at::ScalarType precision)
    : windows_(windows), precision_(precision) {
  const bool is_pixel = weight.size(2) == 1 && weight.size(3) == 1 && windows.padding == 0;
  if (is_pixel && windows.stride == 1 && windows.groups == 1) {
    pointwise_.emplace(weight.flatten(1), bias, precision);
    return;
  }
  if (precision == at::kFloat && windows.groups == 1) {
    product_.emplace(weight, bias);
    return;
  }
  if (precision == at::kFloat && PackedDepthwise::can_pack(weight, windows.stride, windows.groups)) {
    depthwise_.emplace(weight, bias);
    return;
  }
  weight_ = weight.detach().to(precision, false, true).contiguous();
  bias_ = copy_of(bias);
}

at::Tensor PackedConv::forward(const at::Tensor& x, std::optional<Activation> activation) const {
  if (pointwise_) return pointwise_->forward(x.permute({0, 2, 3, 1}), activation).permute({0, 3, 1, 2});
  const at::Tensor image = x.to(precision_).contiguous(at::MemoryFormat::ChannelsLast);
  if (product_) return product_->images(image, windows_.stride, windows_.padding, activation);
  if (depthwise_) return depthwise_->images(image, windows_.stride, windows_.padding, activation);
  static const auto convolution = find_operator<Conv>("mkldnn::_convolution_pointwise");
  const Names names = names_of(activation);
  return convolution.call(image, weight_for(image.sizes()), bias_, {windows_.padding, windows_.padding},
                          {windows_.stride, windows_.stride}, {1, 1}, windows_.groups, names.activation, Scalars(),
                          names.algorithm);
}

at::Tensor PackedConv::weight_for(at::IntArrayRef images) const {
  static const auto reorder = find_operator<ReorderConv>("mkldnn::_reorder_convolution_weight");
  const std::lock_guard lock(mutex_);
  if (images != at::IntArrayRef(images_)) {
    ordered_ = reorder.call(weight_, {windows_.padding, windows_.padding}, {windows_.stride, windows_.stride}, {1, 1},
                            windows_.groups, images);
    images_ = images.vec();
  }
  return ordered_;
}

}  // namespace jetvit
