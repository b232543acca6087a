#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/record_function.h>

namespace jetvit {

class Module;

// Sees what the layers of a model put out and what they cost, in forward passes in evaluation mode that this thread
// runs while it lives. One at a time.
class LayerWatch {
 public:
  struct Seen {
    std::vector<std::int64_t> output;  // shape, of the last call
    std::int64_t multiply_adds = 0;    // of all calls, those of the layers inside among them
  };

  LayerWatch();
  ~LayerWatch();
  LayerWatch(const LayerWatch&) = delete;
  LayerWatch& operator=(const LayerWatch&) = delete;

  // That of this thread, null where there is none.
  static LayerWatch* current();

  // What `layer` did, or nothing where it was not called.
  Seen seen(const Module& layer) const;

  // Multiplications and additions counted as one, of convolutions, linear layers and attention products, so far. The
  // largest integer stands for more than that.
  std::int64_t multiply_adds() const { return multiply_adds_; }

  // A call of `layer` that began at multiply_adds() = before has returned y.
  void add(const Module& layer, const at::Tensor& y, std::int64_t before);

 private:
  static std::unique_ptr<at::ObserverContext> count_operator(const at::RecordFunction& call);

  at::CallbackHandle handle_;
  std::int64_t multiply_adds_ = 0;
  std::map<const Module*, Seen> seen_;
};

}  // namespace jetvit
