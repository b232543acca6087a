#pragma once

#include <cstdint>

#include "model/module.h"

namespace jetvit {

// An image classifier.
class Model : public Module {
 public:
  // x: (N, channels, image_size, image_size) float. Returns logits (N, outputs).
  virtual at::Tensor forward(const at::Tensor& x) = 0;

  virtual int channels() const = 0;
  virtual int outputs() const = 0;
  virtual int image_size() const = 0;

  // Whether the model is faster with images in channels-last memory format.
  virtual bool prefers_channels_last() const { return false; }
};

}  // namespace jetvit
