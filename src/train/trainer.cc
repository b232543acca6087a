#include "train/trainer.h"

#include <algorithm>

#include <ATen/ops/full.h>
#include <c10/core/GradMode.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/reporter.h"
#include "base/text.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "predict/predictor.h"
#include "run/run_folder.h"
#include "train/complete_options.h"
#include "train/freeze.h"
#include "train/seed_random.h"

namespace jetvit {
namespace {

LoadOptions load_options(const Recipe& recipe, const Model& model, const TrainingData& data,
                         const ComputeOptions& compute, const BatchShares& shares) {
  const JetRecords& jets = *data.train;
  LoadOptions load;
  load.batch_size = recipe.train.batch_size;
  load.seed = static_cast<std::uint64_t>(recipe.train.seed);
  load.order = recipe.train.sampling == "weighted" ? Order::kWeighted : Order::kPermutation;
  load.drop_last = recipe.train.drop_last && jets.size() >= static_cast<std::size_t>(load.batch_size);
  load.augment = true;
  load.shares = shares;
  load.format = input_format(model, compute);
  load.pinned = !compute.device.is_cpu();
  load.weights = jet_weights(jets, recipe.weights, data.files);
  return load;
}

}  // namespace

Trainer::Trainer(Recipe recipe, TrainingData data, std::filesystem::path run, const ComputeOptions& compute,
                 const ProcessGroup* group)
    : recipe_(std::move(recipe)),
      recipes_(recipe_.phases),
      data_(std::move(data)),
      run_(std::move(run)),
      compute_(compute),
      group_(group) {
  if (recipes_.empty()) recipes_.push_back(recipe_);
  for (const Recipe& of_phase : recipes_) require_precision(compute_of(of_phase));
  build_phase();
  phases_.push_back(summarize_phase(recipes_[0], *model_, {}));
  // What does not fit in a later phase is to be known before the first one trains.
  std::map<std::string, at::Tensor> before = named_weights(*model_);
  for (std::size_t phase = 1; phase < recipes_.size(); ++phase) {
    try {
      const std::unique_ptr<Model> model = make_phase_model(static_cast<int>(phase));
      phases_.push_back(summarize_phase(recipes_[phase], *model, before));
      before = named_weights(*model);
    } catch (const UsageError& error) {
      throw UsageError(text("phase ", phase + 1, ": ", error.what()));
    }
  }
}

ComputeOptions Trainer::compute_of(const Recipe& phase) const {
  ComputeOptions options = compute_;
  options.precision = precision_from_name(phase.train.precision);
  return options;
}

std::unique_ptr<Model> Trainer::make_phase_model(int phase) const {
  const Recipe& recipe = recipes_[static_cast<std::size_t>(phase)];
  seed_random(recipe.train.seed, kInitialization - phase, 0);
  const Json options = complete_options(recipe, data_.transform);
  try {
    return make_model(recipe.model_name, options, compute_.device);
  } catch (const OptionError& error) {
    // Whoever trains never gave the option of this name.
    if (!error.key().ends_with("image_size")) throw;
    throw UsageError(text(error.what(),
                          " set image.size: images are brought to that size, with image.resize = \"pad\" ",
                          "by zeros around them"));
  }
}

void Trainer::build_phase() {
  const Recipe& recipe = phase();
  model_ = make_phase_model(state_.phase);
  average_.reset();
  if (recipe.train.ema_decay > 0) {
    average_ = make_phase_model(state_.phase);
    load_weights(*average_, named_weights(*model_), "average");
  }
  model_->train(true);
  freeze(*model_, frozen_parameters(*model_, recipe.phase.freeze), recipe.phase.freeze_batch_norm);
  step_ = std::make_unique<TrainStep>(*model_, average_.get(), recipe, compute(), group_);
  loader_ = make_loader(step_->shares());
  schedule_ = std::make_unique<Schedule>(recipe.schedule, recipe.optimizer.lr, recipe.optimizer.weight_decay,
                                         static_cast<std::int64_t>(loader_->batches()), recipe.train.epochs);
}

std::unique_ptr<BatchLoader> Trainer::make_loader(const BatchShares& shares) const {
  const Recipe& recipe = phase();
  return std::make_unique<BatchLoader>(data_.train, data_.transform, recipe.image, recipe.augment,
                                       load_options(recipe, *model_, data_, compute(), shares));
}

void Trainer::begin_next_phase() {
  const std::map<std::string, at::Tensor> best =
      shared_checkpoint([this] { return read_checkpoint(best_of_phase_path(run_, state_.phase + 1)); }).tensors;
  ++state_.phase;
  state_.first_epoch = state_.epoch;
  state_.first_step = state_.step;
  state_.best_auc = TrainingState().best_auc;
  state_.best_epoch = 0;
  pace_.start_phase();
  build_phase();
  copy_matching_weights(*model_, best);
  if (average_) copy_matching_weights(*average_, best);
}

void Trainer::start_from_pretrained() {
  if (writes()) {
    const PretrainedReport report = load_pretrained(*model_, recipe_.pretrained);
    pretrained_ = to_json(report);
    for (const std::string& line : summary_lines(report)) reporter().note(line);
  }
  if (group_ != nullptr) share_weights();
  if (average_) load_weights(*average_, named_weights(*model_), "average");
}

// Those of rank 0: the hosts of the others need not have the file that they come from.
void Trainer::share_weights() {
  const c10::NoGradGuard no_gradients;
  for (const auto& [name, tensor] : named_weights(*model_)) {
    const at::Tensor weights = tensor.to(at::kCPU).contiguous();
    group_->broadcast(weights);
    tensor.copy_(weights);
  }
}

void Trainer::run(const std::function<int()>& stop) {
  if (writes()) log_ = std::make_unique<RunLog>(run_, state_.epoch);
  saved_at_ = monotonic_seconds();
  while (true) {
    while (phase_goes_on()) {
      const double start = monotonic_seconds();
      train_epoch(stop);
      end_epoch(monotonic_seconds() - start);
    }
    if (state_.phase + 1 == static_cast<int>(recipes_.size())) break;
    begin_next_phase();
  }
}

bool Trainer::phase_goes_on() const {
  const LoopOptions& train = phase().train;
  if (epoch_of_phase() >= train.epochs) return false;
  const int idle = state_.epoch - state_.best_epoch;
  if (train.early_stop == 0 || state_.best_epoch == 0 || idle < train.early_stop) return true;
  reporter().note(text(label(), "stopped early: no better validation AUC for ", idle, " epochs"));
  return false;
}

// "phase 2/3  " where the recipe has phases.
std::string Trainer::label() const {
  return recipe_.phases.empty() ? "" : text("phase ", state_.phase + 1, "/", recipes_.size(), "  ");
}

std::filesystem::path Trainer::best_path(int phase) const {
  return run_ / (phase + 1 == static_cast<int>(recipes_.size()) ? kBestFile : best_of_phase_file(phase + 1));
}

// Early stopping may leave some of them out: an upper bound.
double Trainer::jets_left() const {
  const auto jets = static_cast<double>(loader_->jets());
  const double done = static_cast<double>(state_.step_in_epoch) * phase().train.batch_size;
  double left = std::max(0.0, (phase().train.epochs - epoch_of_phase()) * jets - std::min(done, jets));
  for (std::size_t later = static_cast<std::size_t>(state_.phase) + 1; later < recipes_.size(); ++later) {
    left += recipes_[later].train.epochs * static_cast<double>(data_.train->size());
  }
  return left;
}

int Trainer::validations_left() const {
  int left = phase().train.epochs - epoch_of_phase();
  for (std::size_t later = static_cast<std::size_t>(state_.phase) + 1; later < recipes_.size(); ++later) {
    left += recipes_[later].train.epochs;
  }
  return left;
}

void Trainer::train_epoch(const std::function<int()>& stop) {
  const auto batches = static_cast<std::int64_t>(loader_->batches());
  data_wait_ = epoch_jets_ = 0;
  if (state_.step_in_epoch == batches) return;  // stopped in the validation
  // A resumed epoch shows how far its rest is.
  const std::size_t done_before = static_cast<std::size_t>(state_.step_in_epoch * phase().train.batch_size);
  Progress progress(text(label(), "epoch ", epoch_of_phase() + 1, "/", phase().train.epochs), "jets",
                    loader_->jets() - done_before);
  const double start = monotonic_seconds();
  double last = start;
  loader_->start_epoch(state_.epoch, static_cast<std::size_t>(state_.step_in_epoch));
  step_->loss().begin(state_.loss_sum, state_.weight_sum);
  Batch batch;
  while (state_.step_in_epoch < batches && next_batch(batch)) {
    train_step(batch);
    epoch_jets_ += static_cast<double>(batch.jets.size());
    const double now = monotonic_seconds();
    const double elapsed = std::max(1e-9, now - start);
    pace_.add_step(static_cast<double>(batch.jets.size()), now - last);
    last = now;
    progress.add(batch.jets.size(),
                 text(state_.weight_sum > 0 ? text("loss ", fixed(state_.loss_sum / state_.weight_sum, 4), "  ") : "",
                      "data wait ", fixed(100 * data_wait_ / elapsed, 1), " %"),
                 pace_.seconds_left(jets_left(), validations_left()));
    if (const int signal = agreed(stop())) {
      save_last();
      throw Interrupted(signal);
    }
    if (state_.step_in_epoch < batches && is_checkpoint_due()) save_last();
  }
  if (step_->loss().has_unread()) read_loss();
  if (state_.skipped_steps == batches) {
    throw Error(text(label(), "epoch ", epoch_of_phase() + 1, ": no step was finite (lower optimizer.lr, or look at ",
                     run_ / kBadBatchFile, ")"));
  }
}

bool Trainer::is_checkpoint_due() const {
  const LoopOptions& train = phase().train;
  if (train.save_every_steps > 0 && state_.step % train.save_every_steps == 0) return true;
  return train.save_every_minutes > 0 && monotonic_seconds() - saved_at_ >= 60 * train.save_every_minutes;
}

bool Trainer::next_batch(Batch& batch) {
  const double waited = loader_->wait_seconds();
  const bool found = loader_->next(batch);
  // Waiting costs nothing where a device still has earlier steps to do.
  if (step_->is_device_idle()) data_wait_ += loader_->wait_seconds() - waited;
  return found;
}

void Trainer::train_step(const Batch& batch) {
  const auto seed = [this](int part) {
    seed_random(phase().train.seed, state_.epoch, state_.step_in_epoch, compute_.device, part);
  };
  step_->run(batch,
             {.lr = schedule_->lr(step_of_phase()),
              .weight_decay = schedule_->weight_decay(step_of_phase()),
              .average_weight = average_weight()},
             seed);
  ++state_.step;
  ++state_.step_in_epoch;
  if (step_->loss().is_due()) read_loss();
}

// The signal that asked one of the processes to stop, or 0: all of them stop after the same step.
int Trainer::agreed(int stop) const {
  if (group_ == nullptr) return stop;
  const at::Tensor signal = at::full({1}, stop, at::kLong);
  group_->maximum(signal);
  return static_cast<int>(signal.item<std::int64_t>());
}

// Of the weights after the step under way. Short runs would otherwise keep much of the initial weights: the decay warms
// up as that of TensorFlow's tf.train.ExponentialMovingAverage does with num_updates.
double Trainer::average_weight() const {
  const auto steps = static_cast<double>(step_of_phase() + 1);
  return 1 - std::min(phase().train.ema_decay, (1 + steps) / (10 + steps));
}

// Throws where a step since the last read was not finite, if that stops the training.
void Trainer::read_loss() {
  const EpochLoss::Sums sums = step_->loss().read();
  state_.loss_sum = sums.loss;
  state_.weight_sum = sums.weight;
  for (const EpochLoss::BadStep& bad : sums.bad) handle_bad_step(bad);
}

Validation Trainer::validate() {
  const std::size_t total = data_.validation->size();
  Progress progress(text(label(), "validate"), "jets", total);
  const double start = monotonic_seconds();
  std::size_t done = 0;
  const auto show = [&](std::size_t jets) {
    done += jets;
    const double elapsed = monotonic_seconds() - start;
    const double whole = elapsed * static_cast<double>(total) / static_cast<double>(std::max<std::size_t>(done, 1));
    pace_.set_validation(whole);
    const double later = pace_.seconds_left(jets_left(), validations_left() - 1);
    progress.add(jets, {}, later < 0 ? later : whole - elapsed + later);
  };
  const Recipe& recipe = phase();
  return validate_model(average_ ? *average_ : *model_, data_.validation, data_.transform, recipe.image, compute(),
                        recipe.train.batch_size, show, group_);
}

void Trainer::end_epoch(double train_seconds) {
  const double start = monotonic_seconds();
  const Recipe& recipe = phase();
  Validation validation;
  try {
    validation = validate();
  } catch (const Interrupted&) {
    save_last();
    throw;
  }
  const double lr = schedule_->lr(step_of_phase() - 1);
  Json row = {{"epoch", state_.epoch + 1},
              {"step", state_.step},
              {"wall_time", wall_seconds()},
              {"lr", lr},
              {"train_loss", state_.loss_sum / state_.weight_sum},
              {"validation_loss", validation.loss},
              {"validation_auc", validation.auc},
              {"validation_accuracy", validation.accuracy},
              {"train_seconds", train_seconds},
              {"validation_seconds", monotonic_seconds() - start},
              {"jets_per_second", epoch_jets_ / std::max(1e-9, train_seconds)},
              {"data_wait_percent", 100 * data_wait_ / std::max(1e-9, train_seconds)}};
  if (!recipe_.phases.empty()) row["phase"] = state_.phase + 1;
  if (recipe.train.non_finite == "skip") row["skipped_steps"] = state_.skipped_steps;
  schedule_->end_epoch(validation.auc);
  ++state_.epoch;
  state_.step_in_epoch = 0;
  state_.loss_sum = state_.weight_sum = 0;
  state_.skipped_steps = 0;
  const bool better = validation.auc > state_.best_auc;
  const bool keep = better || recipe.train.select == "last";
  if (keep) {
    state_.best_auc = validation.auc;
    state_.best_epoch = state_.epoch;
  }
  // The checkpoint comes last: killed before it, the epoch's end is done again with the same outcome.
  if (log_) log_->append(row);
  if (keep) save_best();
  save_last();
  log_epoch(row, keep);
}

void Trainer::log_epoch(const Json& row, bool best) const {
  const auto number = [&row](const char* key, int digits) { return fixed(row.at(key).get<double>(), digits); };
  reporter().note(text(
      label(), "epoch ", epoch_of_phase(), "/", phase().train.epochs, "  loss ", number("train_loss", 4),
      "  validation loss ", number("validation_loss", 4), "  AUC ", number("validation_auc", 4), best ? " (kept)" : "",
      "  ", number("jets_per_second", 0), " jets/s  data wait ", number("data_wait_percent", 1), " %",
      row.value("skipped_steps", 0) > 0 ? text("  ", row["skipped_steps"].get<int>(), " steps skipped") : ""));
}

}  // namespace jetvit
