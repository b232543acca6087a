#include "train/train_step.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/text.h"
#include "ops/sync_batch_norm.h"
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

BatchShares shares_of(const LoopOptions& options, const ProcessGroup* group) {
  BatchShares shares;
  if (group != nullptr) {
    shares.process = group->rank();
    shares.processes = group->size();
  }
  shares.is_fixed = options.deterministic;
  shares.parts = options.deterministic ? options.parts : shares.processes;
  if (shares.parts < shares.processes) {
    throw UsageError(text("train.parts = ", shares.parts, " for ", shares.processes,
                          " processes (at least as many parts are needed)"));
  }
  return shares;
}

}  // namespace

TrainStep::TrainStep(Model& model, const Model* average, const Recipe& recipe, const ComputeOptions& compute,
                     const ProcessGroup* group)
    : model_(model),
      options_(recipe.train),
      recomputed_(model, recipe.train.recompute),
      shares_(shares_of(recipe.train, group)),
      group_(group),
      compute_(compute),
      parameters_(trained(model)),
      feed_(compute.device),
      bf16_weights_(compute),
      optimizer_(recipe.optimizer, parameters_, &bf16_weights_),
      loss_(compute.device, recipe.train.non_finite == "stop"),
      recorder_(compute.graphs && recomputed_.empty() && !shares_.has_parts() ? make_recorder(compute.device)
                                                                              : nullptr),
      steps_before_record_(kStepsBeforeRecord) {
  if (average != nullptr) average_.emplace(model, *average);
  if (compute.precision == Precision::kFp16) scale_.emplace(compute.device);
  if (shares_.has_parts()) {
    std::vector<at::Tensor> statistics;
    for (const auto& [name, tensor] : model.buffers()) statistics.push_back(tensor);
    sum_.emplace(group, parameters_, std::move(statistics), shares_, shares_.is_fixed);
    bf16_weights_.watch_copies([this](const auto& weight, const auto& copy) { sum_->watch(weight, copy); });
  }
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

void TrainStep::run(const Batch& batch, StepNumbers numbers, const std::function<void(int part)>& seed) {
  const LossTerms terms = loss_terms(batch.targets, batch.weights, options_.positive_weight, options_.label_smoothing);
  numbers.weight_sum = terms.weights.sum().item<double>();
  if (sum_) {
    run_parts(batch, terms, numbers, seed);
  } else {
    seed(0);
    const StepInputs inputs = StepInputs(batch.images, terms, numbers).uploaded(feed_);
    if (recorder_) {
      run_recorded(inputs);
    } else {
      compute(inputs);
    }
  }
  loss_.note_step(batch.jets);
  feed_.end_step();
}

void TrainStep::run_parts(const Batch& batch, const LossTerms& terms, const StepNumbers& numbers,
                          const std::function<void(int part)>& seed) {
  const std::size_t jets = batch.jets.size();
  const auto inputs_of = [&](const BatchRange& range) {
    const auto count = static_cast<std::int64_t>(range.size());
    const auto in_batch = static_cast<std::int64_t>(range.first);
    const auto in_images = static_cast<std::int64_t>(range.first - batch.first_image);
    return StepInputs(batch.images.narrow(0, in_images, count),
                      {terms.targets.narrow(0, in_batch, count), terms.weights.narrow(0, in_batch, count)}, numbers)
        .uploaded(feed_);
  };
  const bool shares_statistics = group_ != nullptr && options_.sync_batch_norm && !shares_.is_fixed;
  std::optional<SharedStatistics> shared;
  if (shares_statistics && shares_.is_split(jets)) shared.emplace(*group_);
  optimizer_.clear_gradients();
  const std::int64_t own = static_cast<std::int64_t>(shares_.part(shares_.first_part(), jets).size());
  const std::int64_t largest = largest_part(own, options_.accumulate);
  sum_->begin(jets, own == 0 ? 0 : static_cast<int>((own + largest - 1) / largest));
  for (int part = shares_.first_part(); part < shares_.last_part(); ++part) {
    const BatchRange range = shares_.part(part, jets);
    if (range.size() == 0) continue;
    seed(part);
    sum_->take_part(part, add_gradients_of(inputs_of(range)));
  }
  if (!statistics_.empty()) at::_foreach_copy_(statistics_before_, statistics_);
  update(sum_->finish(), inputs_of({batch.first_image, batch.first_image}));
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
  update(add_gradients_of(inputs), inputs);
}

// The gradients of the inputs' share of a batch, and their share of its loss.
at::Tensor TrainStep::add_gradients_of(const StepInputs& inputs) {
  const LossTerms terms = inputs.terms();
  at::Tensor loss;
  for_each_part(inputs.images().size(0), options_.accumulate, [&](std::int64_t first, std::int64_t count) {
    const auto of = [&](const at::Tensor& x) { return x.narrow(0, first, count); };
    const at::Tensor share =
        add_gradients(model_, recomputed_, compute_, bf16_weights_, of(inputs.images()),
                      {of(terms.targets), of(terms.weights)}, inputs.weight_sum(), scale_ ? &*scale_ : nullptr);
    loss = loss.defined() ? loss.add_(share) : share;
  });
  return loss;
}

void TrainStep::update(const at::Tensor& loss, const StepInputs& inputs) {
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
