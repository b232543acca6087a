#include "train/trainer.h"

#include <chrono>
#include <cmath>
#include <iostream>

#include <ATen/TensorOperators.h>
#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/text.h"
#include "model/registry.h"
#include "model/weights.h"
#include "predict/autocast.h"
#include "predict/predictor.h"
#include "train/freeze.h"
#include "train/loss_terms.h"
#include "train/seed_random.h"
#include "train/validation.h"

namespace jetvit {
namespace {

constexpr std::string_view kBestOfStage = "best_of_stage_";
constexpr std::string_view kCheckpointEnding = ".safetensors";

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// The recipe's model options with what the data decide. Throws UsageError where the recipe says otherwise.
Json complete_options(const Recipe& recipe, const InputTransform& transform) {
  Json options = recipe.model_options;
  const auto require = [&options](const char* key, int value, const char* why) {
    if (options.contains(key) && options[key] != Json(value)) {
      throw UsageError(text("model.", key, " = ", printable(options[key].dump()), " does not fit (", why, " make it ",
                            value, ") leave it out"));
    }
    options[key] = value;
  };
  require("channels", transform.outputs(), "data and [transform]");
  require("outputs", 1, "binary labels");
  require("image_size", recipe.image.size, "[image]");
  return options;
}

LoadOptions load_options(const Recipe& recipe, const Model& model, const JetRecords& jets) {
  LoadOptions load;
  load.batch_size = recipe.train.batch_size;
  load.seed = static_cast<std::uint64_t>(recipe.train.seed);
  load.order = recipe.train.sampling == "weighted" ? Order::kWeighted : Order::kPermutation;
  // Batch norm and the step's length want batches of one size; a set smaller than a batch still trains.
  load.drop_last = jets.size() >= static_cast<std::size_t>(load.batch_size);
  load.augment = true;
  load.format = input_format(model, recipe.train.precision == "bf16");
  load.weights = jet_weights(jets, recipe.weights);
  return load;
}

}  // namespace

std::string best_of_stage_file(int stage) {
  return text(kBestOfStage, stage, kCheckpointEnding);
}

bool is_best_of_stage_file(std::string_view name) {
  return name.starts_with(kBestOfStage) && name.ends_with(kCheckpointEnding);
}

Trainer::Trainer(Recipe recipe, TrainingData data, std::filesystem::path run)
    : recipe_(std::move(recipe)), recipes_(recipe_.stages), data_(std::move(data)), run_(std::move(run)) {
  if (recipes_.empty()) recipes_.push_back(recipe_);
  build_stage();
  stages_.push_back(summarise_stage(recipes_[0], *model_, {}));
  // What does not fit in a later stage is to be known before the first one trains.
  std::map<std::string, at::Tensor> before = named_weights(*model_);
  for (std::size_t stage = 1; stage < recipes_.size(); ++stage) {
    try {
      const std::unique_ptr<Model> model = make_stage_model(static_cast<int>(stage));
      stages_.push_back(summarise_stage(recipes_[stage], *model, before));
      before = named_weights(*model);
    } catch (const UsageError& error) {
      throw UsageError(text("stage ", stage + 1, ": ", error.what()));
    }
  }
}

std::unique_ptr<Model> Trainer::make_stage_model(int stage) const {
  const Recipe& recipe = recipes_[static_cast<std::size_t>(stage)];
  seed_random(recipe.train.seed, kInitialisation - stage, 0);
  const Json options = complete_options(recipe, data_.transform);
  try {
    return make_model(recipe.model_name, options);
  } catch (const OptionError& error) {
    // Whoever trains never gave the option of this name.
    if (!error.key().ends_with("image_size")) throw;
    throw UsageError(text(error.what(),
                          " set image.size: images are brought to that size, with image.resize = \"pad\" ",
                          "by zeros around them"));
  }
}

void Trainer::build_stage() {
  const Recipe& recipe = stage();
  model_ = make_stage_model(position_.stage);
  average_.reset();
  if (recipe.train.ema_decay > 0) {
    average_ = make_stage_model(position_.stage);
    load_weights(*average_, named_weights(*model_), "average");
    average_->train(false);
  }
  model_->train(true);
  freeze(*model_, frozen_parameters(*model_, recipe.stage.freeze), recipe.stage.freeze_batch_norm);
  parameters_.clear();
  for (const auto& [name, tensor] : model_->parameters()) {
    if (tensor.requires_grad()) parameters_.push_back({name, tensor});
  }
  bf16_weights_ = std::make_unique<Bf16Weights>(recipe.train.precision == "bf16");
  optimiser_ = std::make_unique<Optimiser>(recipe.optimiser, parameters_, bf16_weights_.get());
  loader_ = std::make_unique<BatchLoader>(data_.train, data_.transform, recipe.image, recipe.augment,
                                          load_options(recipe, *model_, *data_.train));
  schedule_ = std::make_unique<Schedule>(recipe.schedule, recipe.optimiser.lr, recipe.optimiser.weight_decay,
                                         static_cast<std::int64_t>(loader_->batches()), recipe.train.epochs);
}

void Trainer::begin_next_stage() {
  const std::map<std::string, at::Tensor> best = read_checkpoint(best_path(position_.stage)).tensors;
  ++position_.stage;
  position_.first_epoch = position_.epoch;
  position_.first_step = position_.step;
  position_.best_auc = Position().best_auc;
  position_.best_epoch = 0;
  build_stage();
  take_over(*model_, best);
  if (average_) take_over(*average_, best);
}

void Trainer::start_from_pretrained() {
  const PretrainedReport report = load_pretrained(*model_, recipe_.pretrained);
  if (average_) load_weights(*average_, named_weights(*model_), "average");
  pretrained_ = to_json(report);
  std::cerr << summary(report);
}

void Trainer::resume() {
  const std::filesystem::path path = run_ / kLastFile;
  const Checkpoint checkpoint = read_checkpoint(path);
  const Json now = description("last");
  const Json& before = checkpoint.about;
  for (const char* part : {"recipe", "data", "transform"}) {
    if (!before.contains(part)) throw Error(text(path, ": the description lacks \"", part, "\""));
  }
  // Keys that the run does not know yet have their defaults in it.
  std::string difference = first_difference(now["recipe"], recipe_to_json(recipe_from_json(before["recipe"])));
  if (difference.empty() && now["data"]["fingerprint"] != before["data"].value("fingerprint", Json())) {
    difference = text("the jets of ", printable(data_.name), " are not those of ",
                      printable(before["data"].value("name", "the run")));
  }
  if (difference.empty()) difference = first_difference(now["transform"], before["transform"], "transform.");
  if (!difference.empty()) {
    throw UsageError(text(run_, ": cannot resume: ", difference,
                          " (a run goes on with its own recipe and data) choose another --out"));
  }
  try {
    const Position position = position_from_json(before.at("position"));
    if (position.stage < 0 || position.stage >= static_cast<int>(recipes_.size())) {
      throw Error(text("no stage ", position.stage + 1, " in its recipe"));
    }
    const bool elsewhere = position.stage != position_.stage;
    position_ = position;
    if (elsewhere) build_stage();
  } catch (const std::exception& error) {
    throw Error(text(path, ": ", error.what()));
  }
  load_weights(*model_, with_prefix(checkpoint.tensors, "model."), path);
  if (average_) load_weights(*average_, with_prefix(checkpoint.tensors, "ema."), path);
  try {
    optimiser_->restore(with_prefix(checkpoint.tensors, "optimiser."), step_of_stage());
    schedule_->restore(position_.schedule);
    pretrained_ = before.value("pretrained", Json());
  } catch (const std::exception& error) {
    throw Error(text(path, ": ", error.what()));
  }
}

void Trainer::run(const std::function<int()>& stop) {
  log_ = std::make_unique<RunLog>(run_, position_.epoch);
  while (true) {
    while (stage_goes_on()) {
      const double start = monotonic_seconds();
      train_epoch(stop);
      end_epoch(monotonic_seconds() - start);
    }
    if (position_.stage + 1 == static_cast<int>(recipes_.size())) break;
    begin_next_stage();
  }
}

bool Trainer::stage_goes_on() const {
  const LoopOptions& train = stage().train;
  if (epoch_of_stage() >= train.epochs) return false;
  const int idle = position_.epoch - position_.best_epoch;
  if (train.early_stop == 0 || position_.best_epoch == 0 || idle < train.early_stop) return true;
  std::cerr << text(label(), "stopped early: no better validation AUC for ", idle, " epochs\n");
  return false;
}

// "stage 2/3  " where the recipe has stages.
std::string Trainer::label() const {
  return recipe_.stages.empty() ? "" : text("stage ", position_.stage + 1, "/", recipes_.size(), "  ");
}

std::filesystem::path Trainer::best_path(int stage) const {
  return run_ / (stage + 1 == static_cast<int>(recipes_.size()) ? kBestFile : best_of_stage_file(stage + 1));
}

void Trainer::train_epoch(const std::function<int()>& stop) {
  const auto batches = static_cast<std::int64_t>(loader_->batches());
  epoch_jets_ = 0;
  if (position_.step_in_epoch == batches) return;  // stopped in the validation
  Progress progress(text(label(), "epoch ", epoch_of_stage() + 1, "/", stage().train.epochs), "jets", loader_->jets());
  const double start = monotonic_seconds();
  loader_->start_epoch(position_.epoch, static_cast<std::size_t>(position_.step_in_epoch));
  Batch batch;
  while (position_.step_in_epoch < batches && loader_->next(batch)) {
    train_step(batch);
    epoch_jets_ += static_cast<double>(batch.jets.size());
    const double elapsed = std::max(1e-9, monotonic_seconds() - start);
    progress.add(batch.jets.size(), text("loss ", fixed(position_.loss_sum / position_.weight_sum, 4), "  data wait ",
                                         fixed(100 * loader_->wait_seconds() / elapsed, 1), " %"));
    if (const int signal = stop()) {
      save_last();
      throw Interrupted(signal);
    }
    const int every = stage().train.save_every_steps;
    if (every > 0 && position_.step % every == 0 && position_.step_in_epoch < batches) save_last();
  }
}

void Trainer::train_step(const Batch& batch) {
  const LoopOptions& train = stage().train;
  seed_random(train.seed, position_.epoch, position_.step_in_epoch);
  optimiser_->clear_gradients();
  const LossTerms terms = loss_terms(batch.targets, batch.weights, train.positive_weight, train.label_smoothing);
  const double weight_sum = terms.weights.sum().item<double>();
  at::Tensor logits;
  {
    const Autocast autocast(train.precision == "bf16");
    const Bf16Weights::Use use(*bf16_weights_);
    logits = model_->forward(batch.images);
  }
  logits = logits.to(at::kFloat).reshape({-1});
  const at::Tensor loss = weighted_loss(logits, terms, weight_sum);
  const double value = check_finite(loss, batch);
  loss.backward();
  bf16_weights_->move_gradients();
  const double norm = gradient_norm(parameters_);
  if (!std::isfinite(norm)) check_finite(loss * norm, batch);
  optimiser_->step(schedule_->lr(step_of_stage()), schedule_->weight_decay(step_of_stage()),
                   clip_scale(norm, train.clip_norm));
  position_.loss_sum += value * weight_sum;
  position_.weight_sum += weight_sum;
  ++position_.step;
  ++position_.step_in_epoch;
  if (average_) update_average();
}

double Trainer::check_finite(const at::Tensor& loss, const Batch& batch) const {
  const double value = loss.item<double>();
  if (std::isfinite(value)) return value;
  std::vector<std::string> rows;
  for (const std::size_t jet : batch.jets) {
    if (rows.size() == 16) {
      rows.emplace_back("...");
      break;
    }
    rows.push_back(text(data_.train->source_file[jet], ":", data_.train->source_row[jet]));
  }
  throw Error(text(label(), "epoch ", epoch_of_stage() + 1, ", step ", position_.step_in_epoch + 1,
                   ": the loss or its gradient is not finite (jets file:row ", join(rows, " "),
                   ") lower optimiser.lr, set train.clip_norm or look at those jets"));
}

void Trainer::update_average() {
  const c10::NoGradGuard no_grad;
  // Short runs would otherwise keep much of the initial weights: the decay warms up as that of TensorFlow's
  // tf.train.ExponentialMovingAverage does with num_updates.
  const auto step = static_cast<double>(step_of_stage());
  const double decay = std::min(stage().train.ema_decay, (1 + step) / (10 + step));
  auto average = named_weights(*average_);
  for (const auto& [name, tensor] : named_weights(*model_)) {
    if (tensor.is_floating_point()) {
      average.at(name).lerp_(tensor, 1 - decay);
    } else {
      average.at(name).copy_(tensor);
    }
  }
}

void Trainer::end_epoch(double train_seconds) {
  const double start = monotonic_seconds();
  const Recipe& recipe = stage();
  Validation validation;
  try {
    validation = validate_model(average_ ? *average_ : *model_, data_.validation, data_.transform, recipe.image,
                                recipe.train.precision == "bf16", recipe.train.batch_size);
  } catch (const Interrupted&) {
    save_last();
    throw;
  }
  model_->train(true);
  const double lr = schedule_->lr(step_of_stage() - 1);
  Json row = {{"epoch", position_.epoch + 1},
              {"step", position_.step},
              {"wall_time", wall_time()},
              {"lr", lr},
              {"train_loss", position_.loss_sum / position_.weight_sum},
              {"validation_loss", validation.loss},
              {"validation_auc", validation.auc},
              {"validation_accuracy", validation.accuracy},
              {"train_seconds", train_seconds},
              {"validation_seconds", monotonic_seconds() - start},
              {"jets_per_second", epoch_jets_ / std::max(1e-9, train_seconds)},
              {"data_wait_percent", 100 * loader_->wait_seconds() / std::max(1e-9, train_seconds)}};
  if (!recipe_.stages.empty()) row["stage"] = position_.stage + 1;
  schedule_->end_epoch(validation.auc);
  ++position_.epoch;
  position_.step_in_epoch = 0;
  position_.loss_sum = position_.weight_sum = 0;
  const bool better = validation.auc > position_.best_auc;
  const bool keep = better || recipe.train.select == "last";
  if (keep) {
    position_.best_auc = validation.auc;
    position_.best_epoch = position_.epoch;
  }
  // The checkpoint comes last: killed before it, the epoch's end is done again with the same outcome.
  log_->append(row);
  if (keep) save_best();
  save_last();
  tell(row, keep);
}

void Trainer::tell(const Json& row, bool best) const {
  const auto number = [&row](const char* key, int digits) { return fixed(row.at(key).get<double>(), digits); };
  std::cerr << text(label(), "epoch ", epoch_of_stage(), "/", stage().train.epochs, "  loss ", number("train_loss", 4),
                    "  validation loss ", number("validation_loss", 4), "  AUC ", number("validation_auc", 4),
                    best ? " (kept)" : "", "  ", number("jets_per_second", 0), " jets/s  data wait ",
                    number("data_wait_percent", 1), " %\n");
}

Json Trainer::description(const char* kind) const {
  Position position = position_;
  position.schedule = schedule_->state();
  const ImageShape& shape = data_.train->images.shape;
  return {{"kind", kind},
          {"version", JETVIT_VERSION},
          {"model", {{"name", stage().model_name}, {"options", complete_options(stage(), data_.transform)}}},
          {"transform", to_json(data_.transform)},
          {"image", options_to_json(stage().image)},
          {"recipe", recipe_to_json(recipe_)},
          {"pretrained", pretrained_},
          {"data",
           {{"name", data_.name},
            {"source", data_.source},
            {"fingerprint", data_.fingerprint},
            {"shape", {shape.channels, shape.height, shape.width}}}},
          {"position", to_json(position)}};
}

void Trainer::save_last() const {
  Checkpoint checkpoint{description("last"), {}};
  for (const auto& [name, tensor] : named_weights(*model_)) checkpoint.tensors["model." + name] = tensor;
  if (average_) {
    for (const auto& [name, tensor] : named_weights(*average_)) checkpoint.tensors["ema." + name] = tensor;
  }
  for (const auto& [name, tensor] : optimiser_->state()) checkpoint.tensors["optimiser." + name] = tensor;
  write_checkpoint(run_ / kLastFile, checkpoint);
}

void Trainer::save_best() const {
  write_checkpoint(best_path(position_.stage), {description("best"), named_weights(average_ ? *average_ : *model_)});
}

}  // namespace jetvit
