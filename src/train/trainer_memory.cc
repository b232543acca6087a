// How much memory a training will take.
#include <algorithm>

#include "model/registry.h"
#include "train/step_memory.h"
#include "train/trainer.h"

namespace jetvit {
namespace {

// The loader's thread assembles batches ahead (load/batch_loader.h), and one is trained on. On a device: that of the
// step under way, two ahead (compute/device_feed.h), and the place where a recorded step reads.
constexpr double kBatchesInMemory = 4;

// The memory of released tensors is kept for later ones, up to half as much again (compute/block_cache.h). 1.26 to 1.5
// were measured for models of all kinds, most of them 1.3 to 1.5. Where layers are computed twice, the rest of a step
// is smaller, and what malloc and libraries keep weighs more: 1.8 to 2.1 were measured, 3.4 in the smallest model. A
// device's allocator cuts its blocks to size; what it leaves unused has not been measured.
double with_kept(c10::Device device, bool recomputes) {
  if (!device.is_cpu()) return 1.1;
  return recomputes ? 2.2 : 1.4;
}

// Float32 numbers that are kept for each parameter while its phase trains, besides its gradient.
double numbers_of_parameter(const Recipe& recipe) {
  const double average = recipe.train.ema_decay > 0 ? 1 : 0;
  return 1 + average + (recipe.optimizer.kind == "sgd" ? 1 : 2);
}

}  // namespace

MemoryNeed Trainer::memory_need_of(int phase) const {
  const Recipe& recipe = recipes_[static_cast<std::size_t>(phase)];
  const std::unique_ptr<Model> model = make_phase_model(phase);
  const ComputeOptions compute = compute_of(recipe);
  const StepMemory step = measure_step_memory(*model, recipe, compute);
  const bool is_rounded = compute.precision == Precision::kBf16;
  const double kept = with_kept(compute.device, recipe.train.recompute != "none");
  const double image = static_cast<double>(model->channels()) * model->image_size() * model->image_size();
  const double jets = static_cast<double>(data_.train->size());
  const double batches = std::min(kBatchesInMemory, std::max(1.0, jets / recipe.train.batch_size));
  MemoryNeed need;
  need.phase = recipe_.phases.empty() ? -1 : phase;
  need.batch_size = static_cast<int>(std::min<double>(recipe.train.batch_size, jets));
  need.fixed = kept * step.fixed;
  // Gradients of several parts are added up in float32.
  if (is_rounded && recipe.train.accumulate > 1) {
    need.fixed += sizeof(float) * static_cast<double>(parameter_count(*model));
  }
  // A recorded step has gradients of its own, next to those of the steps before it.
  if (compute.graphs && !compute.device.is_cpu() && recipe.train.recompute == "none") {
    need.fixed += sizeof(float) * static_cast<double>(parameter_count(*model));
  }
  const BatchShares& shares = step_->shares();
  if (shares.has_parts()) {
    need.fixed += GradientSum::bytes(static_cast<double>(parameter_count(*model)), shares);
  }
  need.accumulate = recipe.train.accumulate * static_cast<int>(largest_part(shares.parts, shares.processes));
  need.processes = shares.processes;
  if (group_ != nullptr) need.local_processes = group_->local_size();
  need.recompute = recipe.train.recompute;
  need.per_jet = kept * step.per_jet;
  need.images = kept * batches * image * (is_rounded ? sizeof(at::BFloat16) : sizeof(float));
  // The phase under way has its parameters already. A later one has them in place of that one's.
  if (phase != state_.phase) {
    need.fixed += sizeof(float) * (static_cast<double>(parameter_count(*model)) * numbers_of_parameter(recipe) -
                                   static_cast<double>(parameter_count(*model_)) * numbers_of_parameter(this->phase()));
  }
  return need;
}

MemoryNeed Trainer::memory_need() const {
  MemoryNeed most = memory_need_of(state_.phase);
  for (int phase = state_.phase + 1; phase < static_cast<int>(recipes_.size()); ++phase) {
    const MemoryNeed need = memory_need_of(phase);
    if (need.bytes() > most.bytes()) most = need;
  }
  return most;
}

}  // namespace jetvit
