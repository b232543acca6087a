#pragma once

#include <ATen/core/Tensor.h>

#include "jet/channels.h"
#include "jet/input_transform.h"
#include "jet/sparse_images.h"

namespace jetvit::onnx {

// Jets that an exported file is checked with, always the same: an empty one, and random ones with about 3 % of their
// pixels set, some of them at the zero threshold and some of the wrong sign.
struct CheckJets {
  SparseImages images;
  at::Tensor pixels;  // the same jets, (count, channels, height, width) float32
};

CheckJets check_jets(int count, const ImageShape& shape, const InputTransform& transform);

}  // namespace jetvit::onnx
