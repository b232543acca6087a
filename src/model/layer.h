#pragma once

#include "model/layer_watch.h"
#include "model/module.h"
#include "model/recompute.h"

namespace jetvit {

// A module that maps one tensor to another. The shapes are described with each class.
class Layer : public Module {
 public:
  at::Tensor forward(const at::Tensor& x) const {
    if (const Recompute* recompute = Recompute::of(*this)) return recompute->forward(*this, x);
    return watched([&] { return compute(x); });
  }

 protected:
  // Returns call() and reports it to the LayerWatch of this thread, if there is one.
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
