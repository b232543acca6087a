#pragma once

namespace jetvit {

// While it lives, products and convolutions on this thread compute in bfloat16 (CPU autocast) where `enabled`; weights
// stay float32. The cache of cast weights is dropped at the end, as the weights may change after it.
class Autocast {
 public:
  explicit Autocast(bool enabled);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool enabled_;
  bool before_ = false;
};

}  // namespace jetvit
