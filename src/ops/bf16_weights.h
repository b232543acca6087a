#pragma once

#include <cstdint>
#include <unordered_map>

#include <ATen/core/Tensor.h>

namespace jetvit {

// The weights of products in bfloat16, kept from one training step to the next; autocast would round all of them anew
// in each and widen all their gradients. What counts is the weight itself, float32: its copy here follows it, and is
// rounded again where the weight has been changed by others.
class Bf16Weights {
 public:
  // enabled: keeps copies, provided that the processor has bfloat16 instructions.
  explicit Bf16Weights(bool enabled);

  // While it lives, products of this thread take the copies in place of the weights. Under autocast to bfloat16 alone.
  class Use {
   public:
    explicit Use(Bf16Weights& weights);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    Bf16Weights* before_;
  };

  // Moves the gradients that a backward pass left at the copies to the weights, in bfloat16 where these have none yet.
  void move_gradients();

  // The copy of a weight that products have taken, for an update that writes both.
  at::Tensor copy_of(const at::Tensor& weight) const;

 private:
  friend at::Tensor kept_bf16(const at::Tensor& weight);

  struct Copy {
    at::Tensor weight, rounded;  // rounded: a leaf
    std::int64_t version;        // of the weight when it was rounded
  };
  const at::Tensor& rounded(const at::Tensor& weight);

  bool enabled_;
  std::unordered_map<const c10::TensorImpl*, Copy> copies_;
};

// A parameter, as products take it: its copy where Bf16Weights are in use on this thread, else itself. May be
// undefined.
at::Tensor kept_bf16(const at::Tensor& weight);

}  // namespace jetvit
