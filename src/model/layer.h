#pragma once

#include "model/layer_watch.h"
#include "model/module.h"

namespace jetvit {

// A module that makes one tensor of another, as its class says.
class Layer : public Module {
 public:
  at::Tensor forward(const at::Tensor& x) const {
    return watched([&] { return compute(x); });
  }

 protected:
  // What call() returns, shown to the LayerWatch of this thread.
  template <class Call>
  at::Tensor watched(Call call) const {
    LayerWatch* watch = LayerWatch::current();
    if (watch == nullptr) return call();
    const std::int64_t before = watch->multiply_adds();
    at::Tensor y = call();
    watch->add(*this, y, before);
    return y;
  }

 private:
  virtual at::Tensor compute(const at::Tensor& x) const = 0;
};

}  // namespace jetvit
