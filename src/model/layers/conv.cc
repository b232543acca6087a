#include "model/layers/conv.h"

#include <ATen/ops/conv2d.h>
#include <ATen/ops/linear.h>

#include "model/layers/init.h"
#include "ops/bf16_products.h"
#include "ops/row_blocks.h"

namespace jetvit {
namespace {

at::Tensor initial_weight(const ConvOptions& options, const init::Shape& shape) {
  switch (options.init) {
    case ConvOptions::Init::kNormalFanOut:
      return init::normal_fan_out(shape, options.groups);
    case ConvOptions::Init::kXavier:
    case ConvOptions::Init::kXavierMlp:
      return init::xavier_uniform(shape);
    case ConvOptions::Init::kDefault:
      break;
  }
  return init::uniform_fan_in(shape, shape[1] * shape[2] * shape[3]);
}

at::Tensor initial_bias(const ConvOptions& options, std::int64_t fan_in) {
  if (options.init == ConvOptions::Init::kDefault) return init::uniform_fan_in({options.out}, fan_in);
  if (options.init == ConvOptions::Init::kXavierMlp) return init::normal({options.out}, 1e-6);
  return init::zeros({options.out});
}

}  // namespace

Conv2d::Conv2d(const ConvOptions& options) : options_(options) {
  const init::Shape shape = {options.out, options.in / options.groups, options.kernel, options.kernel};
  if (options_.padding < 0) options_.padding = (options.stride - 1 + options.kernel - 1) / 2;
  weight_ = add_parameter("weight", initial_weight(options, shape));
  if (options.bias) bias_ = add_parameter("bias", initial_bias(options, shape[1] * shape[2] * shape[3]));
}

at::Tensor Conv2d::forward(const at::Tensor& input) const {
  const at::Tensor x = rounded(input);
  const at::Tensor weight = rounded(weight_);
  const bool is_pointwise = options_.kernel == 1 && options_.stride == 1 && options_.groups == 1;
  if (is_pointwise && has_rows(x)) {
    // A matrix product, without the layouts that the convolution would reorder for.
    const at::Tensor rows = at::linear(x.permute({0, 2, 3, 1}), weight.flatten(1), bias_);
    return rounded(rows).permute({0, 3, 1, 2});
  }
  return rounded(at::conv2d(x, weight, bias_, options_.stride, options_.padding, 1, options_.groups));
}

}  // namespace jetvit
