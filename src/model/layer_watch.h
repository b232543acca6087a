#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/record_function.h>

namespace jetvit {

class Module;

// Records the output shapes and costs of the layers of a model during its lifetime, for forward passes on this thread:
// the costs of passes in evaluation mode. Only one object per thread at a time.
class LayerWatch {
 public:
  struct Seen {
    std::vector<std::int64_t> output;  // shape of the output of the last call
    std::int64_t multiply_adds = 0;    // of all calls, including the layers inside
  };

  using OnOutput = std::function<void(const Module& layer, const at::Tensor& y)>;

  // on_output: called with the output of each layer, those inside a layer before it; may be empty.
  explicit LayerWatch(OnOutput on_output = {});
  ~LayerWatch();
  LayerWatch(const LayerWatch&) = delete;
  LayerWatch& operator=(const LayerWatch&) = delete;

  // The LayerWatch of this thread, or null.
  static LayerWatch* current();

  // The record of `layer`; default values if it was not called.
  Seen seen(const Module& layer) const;

  // The multiply-adds (one multiplication and one addition count as one) of convolutions, linear layers and the matrix
  // multiplications of attention so far. The largest integer means that or more.
  std::int64_t multiply_adds() const { return multiply_adds_; }

  // Records a call of `layer` that started at multiply_adds() = before and returned y.
  void add(const Module& layer, const at::Tensor& y, std::int64_t before);

 private:
  static std::unique_ptr<at::ObserverContext> count_operator(const at::RecordFunction& call);

  OnOutput on_output_;
  at::CallbackHandle handle_;
  std::int64_t multiply_adds_ = 0;
  std::map<const Module*, Seen> seen_;
};

}  // namespace jetvit
