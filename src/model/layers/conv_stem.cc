#include "model/layers/conv_stem.h"

namespace jetvit {

ConvStem::ConvStem(const ConvStemOptions& options) : activation_(options.activation) {
  const auto convolution = [&](int in, int out, int stride) {
    return std::make_shared<Conv2d>(ConvOptions{.in = in,
                                                .out = out,
                                                .kernel = 3,
                                                .stride = stride,
                                                .same = options.same_padding,
                                                .bias = options.bias,
                                                .init = ConvOptions::Init::kNormalFanOut});
  };
  conv1_ = add_child("conv1", convolution(options.channels, options.width[0], options.stride));
  norm1_ = add_child("norm1", std::make_shared<BatchNorm2d>(options.width[0], options.epsilon));
  conv2_ = add_child("conv2", convolution(options.width[0], options.width[1], 1));
}

}  // namespace jetvit
