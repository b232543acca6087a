#include "train/train_step.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/text.h"
#include "run/checkpoint.h"
#include "train/batch_parts.h"
#include "train/gradient_pass.h"

namespace jetvit {
namespace {

// In the first calls libraries choose their algorithms and take memory of their own.
constexpr int kStepsBeforeRecord = 3;

NamedTensors trained(const Model& model) {
  NamedTensors parameters;
  for (const auto& [name, tensor] : model.parameters()) {
    if (tensor.requires_grad()) parameters.push_back({name, tensor});
  }
  return parameters;
}

}  // namespace

TrainStep::TrainStep(Model& model, const Model* average, const Recipe& recipe, const ComputeOptions& compute)
    : model_(model),
      options_(recipe.train),
      recomputed_(model, recipe.train.recompute),
      compute_(compute),
      parameters_(trained(model)),
      feed_(compute.device),
      bf16_weights_(compute),
      optimizer_(recipe.optimizer, parameters_, &bf16_weights_),
      loss_(compute.device, recipe.train.non_finite == "stop"),
      recorder_(compute.graphs && recomputed_.empty() ? make_recorder(compute.device) : nullptr),
      steps_before_record_(kStepsBeforeRecord) {
  if (average != nullptr) average_.emplace(model, *average);
  if (compute.precision == Precision::kFp16) scale_.emplace(compute.device);
  if (options_.non_finite == "stop") return;
  for (const auto& [name, tensor] : model.buffers()) {
    statistics_.push_back(tensor);
    statistics_before_.push_back(at::zeros_like(tensor));
  }
}

std::map<std::string, at::Tensor> TrainStep::state() const {
  std::map<std::string, at::Tensor> tensors;
  for (const auto& [name, tensor] : optimizer_.state()) tensors["optimizer." + name] = tensor;
  if (!scale_) return tensors;
  for (const auto& [name, tensor] : scale_->state()) tensors["loss_scale." + name] = tensor;
  return tensors;
}

void TrainStep::restore(const std::map<std::string, at::Tensor>& tensors, std::int64_t steps) {
  optimizer_.restore(with_prefix(tensors, "optimizer."), steps);
  if (!scale_) return;
  const std::map<std::string, at::Tensor> saved = with_prefix(tensors, "loss_scale.");
  for (auto& [name, tensor] : scale_->state()) {
    if (!saved.contains(name)) throw Error(text("loss_scale.", name, " is missing"));
    tensor.copy_(saved.at(name));
  }
}

void TrainStep::run(const Batch& batch, StepNumbers numbers) {
  const LossTerms terms = loss_terms(batch.targets, batch.weights, options_.positive_weight, options_.label_smoothing);
  numbers.weight_sum = terms.weights.sum().item<double>();
  const StepInputs inputs = StepInputs(batch.images, terms, numbers).uploaded(feed_);
  if (recorder_) {
    run_recorded(inputs);
  } else {
    compute(inputs);
  }
  loss_.note_step(batch.jets);
  feed_.end_step();
}

void TrainStep::run_recorded(const StepInputs& inputs) {
  if (!inputs_) {
    inputs_ = inputs;
  } else if (inputs_->has_shape_of(inputs)) {
    inputs_->copy_from(inputs);
  } else {
    recorder_->run([&] { compute(inputs); });
    return;
  }
  if (steps_before_record_ < 0) {
    recorder_->replay();
    return;
  }
  const auto step = [this] { compute(*inputs_); };
  if (steps_before_record_ > 0) {
    recorder_->run(step);
  } else {
    recorder_->record(step);
  }
  --steps_before_record_;
}

void TrainStep::compute(const StepInputs& inputs) {
  optimizer_.clear_gradients();
  if (!statistics_.empty()) at::_foreach_copy_(statistics_before_, statistics_);
  const LossTerms terms = inputs.terms();
  at::Tensor loss;
  for_each_part(inputs.images().size(0), options_.accumulate, [&](std::int64_t first, std::int64_t count) {
    const auto of = [&](const at::Tensor& x) { return x.narrow(0, first, count); };
    const at::Tensor share =
        add_gradients(model_, recomputed_, compute_, bf16_weights_, of(inputs.images()),
                      {of(terms.targets), of(terms.weights)}, inputs.weight_sum(), scale_ ? &*scale_ : nullptr);
    loss = loss.defined() ? loss.add_(share) : share;
  });
  at::Tensor counts, norm;
  if (scale_) {
    const LossScale::Verdict verdict = scale_->unscale(parameters_, loss);
    norm = gradient_norm(parameters_);
    counts = loss_.add(loss, verdict.evidence, inputs.weight_sum()) * verdict.fits;
  } else {
    norm = gradient_norm(parameters_);
    counts = loss_.add(loss, norm, inputs.weight_sum());
  }
  optimizer_.step(inputs.lr(), inputs.weight_decay(), clip_scale(norm, options_.clip_norm), counts);
  if (!statistics_.empty()) restore_statistics(counts);
  if (average_) average_->update(inputs.average_weight() * counts);
}

// Of a step that does not count: the statistics of a batch norm would stay not finite forever.
void TrainStep::restore_statistics(const at::Tensor& counts) {
  const c10::NoGradGuard no_gradients;
  for (std::size_t i = 0; i < statistics_.size(); ++i) {
    statistics_[i].copy_(at::where(counts > 0, statistics_[i], statistics_before_[i]));
  }
}

}  // namespace jetvit
