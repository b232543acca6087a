#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>

#include <ATen/core/Tensor.h>

#include "compute/compute_options.h"

namespace jetvit {

// bfloat16 copies of the weights of matrix multiplications, kept from one training step to the next. Autocast would
// round all weights again in each step and convert all gradients to float32. The float32 weight is authoritative; its
// copy is rounded again after other code has changed the weight.
class Bf16Weights {
 public:
  // Keeps copies only if the precision is bfloat16 and the device multiplies such numbers.
  explicit Bf16Weights(const ComputeOptions& options);

  // During the lifetime of this object, matrix multiplications on this thread use the copies instead of the weights.
  // Use it only under autocast to bfloat16.
  class Use {
   public:
    explicit Use(Bf16Weights& weights);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    Bf16Weights* before_;
  };

  // From now on, calls `watch` with each weight whose copy is made, and that copy: the leaf of the graph in its place.
  void watch_copies(std::function<void(const at::Tensor& weight, const at::Tensor& copy)> watch);

  // Moves the gradients of the copies to the weights after a backward pass. A weight without a gradient gets it in
  // bfloat16; to another one it is added in float32.
  void move_gradients();

  // Rounds the weights again that changed since their copy was made: all of them in one call. A recorded step needs it
  // at its end, because the host does not run when it is replayed.
  void round_changed();

  // The copy of a weight that has been used, for an update that writes both. Throws std::out_of_range otherwise.
  at::Tensor copy_of(const at::Tensor& weight) const;

 private:
  friend at::Tensor cached_bf16(const at::Tensor& weight);

  struct Copy {
    at::Tensor weight, rounded;  // rounded: a leaf of the autograd graph
    std::int64_t version;        // of the weight at the last rounding
  };
  const at::Tensor& rounded(const at::Tensor& weight);

  bool enabled_;
  std::function<void(const at::Tensor&, const at::Tensor&)> watch_;
  std::unordered_map<const c10::TensorImpl*, Copy> copies_;
};

// The tensor that a matrix multiplication should use for a parameter: its bfloat16 copy if Bf16Weights are in use on
// this thread, otherwise the parameter itself, which may be undefined.
at::Tensor cached_bf16(const at::Tensor& weight);

}  // namespace jetvit
