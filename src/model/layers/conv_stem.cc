#include "model/layers/conv_stem.h"

namespace jetvit {

ConvStem::ConvStem(const ConvStemOptions& options) : activation_(options.activation) {
  const auto convolution = [&](int in, int out, int stride) {
    return ConvOptions{.in = in,
                       .out = out,
                       .kernel = 3,
                       .stride = stride,
                       .same = options.same_padding,
                       .bias = options.bias,
                       .init = ConvOptions::Init::kNormalFanOut};
  };
  conv1_ =
      add_child("", std::make_shared<ConvNorm>("conv1", convolution(options.channels, options.width[0], options.stride),
                                               "norm1", options.epsilon));
  conv2_ = add_child("conv2", std::make_shared<Conv2d>(convolution(options.width[0], options.width[1], 1)));
}

}  // namespace jetvit
