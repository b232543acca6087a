#include "train/step_memory.h"

#include <algorithm>

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "compute/device_memory.h"
#include "predict/predictor.h"
#include "train/freeze.h"
#include "train/gradient_pass.h"

namespace jetvit {
namespace {

// Two batches determine a line. Norms of single images may have nothing to average over.
constexpr int kFewJets = 2;
constexpr int kMoreJets = 4;

double peak_of_step(Model& model, const RecomputedLayers& recomputed, int jets, const ComputeOptions& compute) {
  for (const auto& [name, tensor] : model.parameters()) at::Tensor(tensor).mutable_grad() = at::Tensor();
  const ImageFormat format = input_format(model, compute);
  const at::Tensor images = at::zeros({jets, model.channels(), model.image_size(), model.image_size()},
                                      at::TensorOptions(format.scalar_type()).device(compute.device))
                                .contiguous(format.memory_format());
  const auto floats = at::TensorOptions(compute.device).dtype(at::kFloat);
  const LossTerms terms = {at::zeros({jets}, floats), at::ones({jets}, floats)};
  const PeakMemory peak(compute.device);
  Bf16Weights bf16_weights(compute);
  add_gradients(model, recomputed, compute, bf16_weights, images, terms, at::full({}, jets, floats));
  return peak.bytes();
}

}  // namespace

StepMemory measure_step_memory(Model& model, const Recipe& recipe, const ComputeOptions& compute) {
  model.train(true);
  freeze(model, frozen_parameters(model, recipe.phase.freeze), recipe.phase.freeze_batch_norm);
  const RecomputedLayers recomputed(model, recipe.train.recompute);
  // On a device, libraries take memory of their own in the first step, and keep it.
  const double first = compute.device.is_cpu() ? 0 : peak_of_step(model, recomputed, kFewJets, compute);
  const double few = peak_of_step(model, recomputed, kFewJets, compute);
  const double more = peak_of_step(model, recomputed, kMoreJets, compute);
  StepMemory memory;
  memory.per_jet = std::max(0.0, (more - few) / (kMoreJets - kFewJets));
  memory.fixed = std::max(0.0, std::max(few, first) - kFewJets * memory.per_jet);
  return memory;
}

}  // namespace jetvit
