#pragma once

#include <string>

#include <ATen/core/Tensor.h>

#include "model/model.h"
#include "support/hash_fill.h"

namespace jetvit::test {

// Images for the model, on the CPU. name: of the values.
inline at::Tensor images_of(const Model& model, const std::string& name = "x", std::int64_t count = 2) {
  return hash_tensor(name, {count, model.channels(), model.image_size(), model.image_size()})
      .contiguous(model.prefers_channels_last() ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

}  // namespace jetvit::test
