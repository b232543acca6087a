#pragma once

#include <optional>

#include "ops/bf16_products.h"

namespace jetvit {

// While it lives, products and convolutions on this thread compute in bfloat16 where `enabled`; weights stay float32.
// By CPU autocast where the processor has the instructions, else in float32 with rounded operands and results. The
// cache of cast weights is dropped at the end, as the weights may change after it.
class Autocast {
 public:
  explicit Autocast(bool enabled);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool native_;
  bool before_ = false;
  std::optional<EmulateBf16> emulation_;
};

}  // namespace jetvit
