#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <unordered_set>

#include <ATen/core/Tensor.h>

namespace jetvit {

class Layer;
class Module;

// The layers of a model that a training step computes twice to save memory (ops/compute_twice.h): of their activations
// only the input is kept. level: "none"; "blocks": layers that are numbered among their siblings ("blocks.0") and hold
// no such layers; "stages": numbered layers that hold numbered ones and lie in none. Throws UsageError if the model has
// no layers of that level.
class RecomputedLayers {
 public:
  RecomputedLayers() = default;  // none
  RecomputedLayers(const Module& model, const std::string& level);

  bool empty() const { return layers_.empty(); }
  std::size_t size() const { return layers_.size(); }
  bool contains(const Layer& layer) const { return layers_.contains(&layer); }

 private:
  std::unordered_set<const Layer*> layers_;
};

// During the lifetime of this object, forward passes with gradients on this thread compute these layers twice. Their
// second pass is a part of the backward pass, which `layers` and `settings` have to outlive.
class Recompute {
 public:
  // Runs its argument with the settings of the forward pass, such as autocast, on any thread.
  using Settings = std::function<at::Tensor(const std::function<at::Tensor()>& pass)>;

  Recompute(const RecomputedLayers& layers, Settings settings);
  ~Recompute();
  Recompute(const Recompute&) = delete;
  Recompute& operator=(const Recompute&) = delete;

  // The object of this thread if it is to compute the layer in this pass, or null.
  static const Recompute* of(const Layer& layer);

  // The output of the layer for an input of any shape that it takes.
  at::Tensor forward(const Layer& layer, const at::Tensor& x) const;

 private:
  const RecomputedLayers& layers_;
  Settings settings_;
  const Recompute* before_;
};

}  // namespace jetvit
