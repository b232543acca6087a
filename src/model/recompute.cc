#include "model/recompute.h"

#include <utility>

#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "base/text.h"
#include "model/layer.h"
#include "ops/compute_twice.h"

namespace jetvit {
namespace {

thread_local const Recompute* in_use = nullptr;

// "blocks.0", "10"
bool is_numbered(const std::string& name) {
  const std::string number = name.substr(name.rfind('.') + 1);  // npos + 1 is 0
  return !number.empty() && number.find_first_not_of("0123456789") == std::string::npos;
}

// Adds the numbered layers of a level in `module`; true if there are numbered layers in it.
bool add_layers(const Module& module, bool blocks, bool in_stage, std::unordered_set<const Layer*>& layers) {
  bool found = false;
  for (const auto& [name, child] : module.children()) {
    const auto* layer = dynamic_cast<const Layer*>(child.get());
    if (layer == nullptr || !is_numbered(name)) {
      found = add_layers(*child, blocks, in_stage, layers) || found;
      continue;
    }
    const bool holds_others = add_layers(*child, blocks, true, layers);
    if (blocks ? !holds_others : holds_others && !in_stage) layers.insert(layer);
    found = true;
  }
  return found;
}

}  // namespace

RecomputedLayers::RecomputedLayers(const Module& model, const std::string& level) {
  if (level == "none") return;
  add_layers(model, level == "blocks", false, layers_);
  if (layers_.empty())
    throw UsageError(text("train.recompute = \"", level, "\": the model has no ", level, " (set another level)"));
}

Recompute::Recompute(const RecomputedLayers& layers, Settings settings)
    : layers_(layers), settings_(std::move(settings)), before_(std::exchange(in_use, this)) {}

Recompute::~Recompute() {
  in_use = before_;
}

const Recompute* Recompute::of(const Layer& layer) {
  const bool is_recomputed = in_use != nullptr && in_use->layers_.contains(layer) && at::GradMode::is_enabled();
  return is_recomputed ? in_use : nullptr;
}

at::Tensor Recompute::forward(const Layer& layer, const at::Tensor& x) const {
  return compute_twice(x, [&layer, settings = settings_](const at::Tensor& input) {
    return is_second_pass() ? settings([&] { return layer.forward(input); }) : layer.forward(input);
  });
}

}  // namespace jetvit
