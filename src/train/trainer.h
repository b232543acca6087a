#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/stop_flag.h"
#include "jet/input_transform.h"
#include "jet/jet_records.h"
#include "load/batch_loader.h"
#include "model/model.h"
#include "predict/checkpoint.h"
#include "train/optimiser.h"
#include "train/recipe.h"
#include "train/run_log.h"
#include "train/schedule.h"
#include "train/stage.h"

namespace jetvit {

inline constexpr const char* kLastFile = "last.safetensors";
inline constexpr const char* kBestFile = "best.safetensors";

// The best weights of a stage (from 1) that is not the last; the last one's are kBestFile.
std::string best_of_stage_file(int stage);
bool is_best_of_stage_file(std::string_view name);

// What a training reads.
struct TrainingData {
  std::string name;         // for messages
  Json source;              // where to find it again: a SourceOptions
  std::string fingerprint;  // of its content
  std::shared_ptr<const JetRecords> train, validation;
  InputTransform transform;
};

// The recipe's loop: batches, loss, gradient, update, average; validation, logs and checkpoints after every epoch. The
// weights after any step follow from recipe, data and number of threads alone, whether the run was stopped or not.
// A recipe of several stages trains one model after the other: each begins with the best weights of the one before as
// far as names and shapes fit, with a new optimiser, schedule and average. Epochs and steps are counted through.
class Trainer {
 public:
  // run: folder that takes the outputs; it exists. Works with the threads that ATen is set to and one of the loader.
  // Builds the model from the seed; throws UsageError where the options of a stage's model and the data, or its frozen
  // parameters and the model, do not fit.
  Trainer(Recipe recipe, TrainingData data, std::filesystem::path run);

  // Begins with the weights that the recipe's [pretrained] names, and tells what fitted. Throws as load_pretrained
  // does.
  void start_from_pretrained();

  // Goes on from last.safetensors. Throws Error naming what differs where it stems from another recipe or other data.
  void resume();

  // Trains to the end. Throws Interrupted after a checkpoint where SIGINT or SIGTERM asked to stop, and Error naming
  // epoch, step and jets where the loss is not finite. `stop` is asked after every step for a signal, or 0.
  void run(const std::function<int()>& stop = stop_requested);

  // Writes last.safetensors: a resume goes on from here.
  void save_last() const;

  const Position& position() const { return position_; }
  const Model& model() const { return *model_; }  // of the stage under way
  const std::vector<Json>& epochs() const { return log_->rows(); }
  const std::vector<StageSummary>& stages() const { return stages_; }  // one of a recipe without stages
  const Json& pretrained() const { return pretrained_; }               // the report of what the run began with, or null

 private:
  const Recipe& stage() const { return recipes_[static_cast<std::size_t>(position_.stage)]; }
  std::unique_ptr<Model> make_stage_model(int stage) const;
  void build_stage();
  void begin_next_stage();
  bool stage_goes_on() const;
  int epoch_of_stage() const { return position_.epoch - position_.first_epoch; }
  std::int64_t step_of_stage() const { return position_.step - position_.first_step; }
  std::string label() const;
  std::filesystem::path best_path(int stage) const;
  void train_epoch(const std::function<int()>& stop);
  void train_step(const Batch& batch);
  double check_finite(const at::Tensor& loss, const Batch& batch) const;
  void update_average();
  void end_epoch(double train_seconds);
  Json description(const char* kind) const;
  void save_best() const;
  void tell(const Json& row, bool best) const;

  Recipe recipe_;
  std::vector<Recipe> recipes_;  // of the stages
  std::vector<StageSummary> stages_;
  TrainingData data_;
  std::filesystem::path run_;
  Json pretrained_;

  // Of the stage under way.
  std::unique_ptr<Model> model_, average_;  // average_: of the weights, where ema_decay is not 0
  NamedTensors parameters_;                 // that train
  std::unique_ptr<Bf16Weights> bf16_weights_;
  std::unique_ptr<Optimiser> optimiser_;
  std::unique_ptr<BatchLoader> loader_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<RunLog> log_;
  Position position_;
  double epoch_jets_ = 0;  // that this session trained on in the epoch under way: the rate's share of a resumed epoch
};

}  // namespace jetvit
