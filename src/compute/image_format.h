#pragma once

#include <c10/core/MemoryFormat.h>
#include <c10/core/ScalarType.h>

#include "compute/compute_options.h"

namespace jetvit {

// Names of the two memory formats, in options and reports.
inline constexpr const char* kChannelsFirst = "channels-first";
inline constexpr const char* kChannelsLast = "channels-last";

// The memory format and data type of a batch of images.
struct ImageFormat {
  bool channels_last = false;              // (N, H, W, C) instead of (N, C, H, W)
  Precision precision = Precision::kFp32;  // float32, or bfloat16 with each value rounded once

  at::MemoryFormat memory_format() const {
    return channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  }

  at::ScalarType scalar_type() const { return precision == Precision::kBf16 ? at::kBFloat16 : at::kFloat; }

  const char* layout() const { return channels_last ? kChannelsLast : kChannelsFirst; }

  bool operator==(const ImageFormat&) const = default;
};

}  // namespace jetvit
