#pragma once

#include <c10/core/MemoryFormat.h>

namespace jetvit {

// Names of the two orders, in options and in reports.
inline constexpr const char* kChannelsFirst = "channels-first";
inline constexpr const char* kChannelsLast = "channels-last";

// How a batch of images lies in memory.
struct ImageFormat {
  bool channels_last = false;  // (N, H, W, C) in place of (N, C, H, W)
  bool bf16 = false;           // bfloat16 in place of float32, every value rounded once

  at::MemoryFormat memory_format() const {
    return channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  }

  const char* layout() const { return channels_last ? kChannelsLast : kChannelsFirst; }

  bool operator==(const ImageFormat&) const = default;
};

}  // namespace jetvit
