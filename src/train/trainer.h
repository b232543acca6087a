#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

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

namespace jetvit {

inline constexpr const char* kLastFile = "last.safetensors";
inline constexpr const char* kBestFile = "best.safetensors";

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
class Trainer {
 public:
  // run: folder that takes the outputs; it exists. threads: of ATen, the loader gets one beside. Builds the model from
  // the seed; throws UsageError where the model's options and the data do not fit.
  Trainer(Recipe recipe, TrainingData data, std::filesystem::path run, int threads);

  // Begins with the weights that the recipe's [pretrained] names, and tells what fitted. Throws as load_pretrained
  // does.
  void start_from_pretrained();

  // Goes on from last.safetensors. Throws Error naming what differs where it stems from another recipe or other data.
  void resume();

  // Trains to the end. Throws Interrupted after a checkpoint where SIGINT or SIGTERM asked to stop, and Error naming
  // epoch, step and jets where the loss is not finite. `stop` is asked after every step for a signal, or 0.
  void run(const std::function<int()>& stop = stop_requested);

  const Position& position() const { return position_; }
  const std::vector<Json>& epochs() const { return log_->rows(); }
  std::size_t parameters() const;                         // number of weights that train
  const Json& pretrained() const { return pretrained_; }  // the report of what the run began with, or null

 private:
  void train_epoch(const std::function<int()>& stop);
  void train_step(const Batch& batch);
  double check_finite(const at::Tensor& loss, const Batch& batch) const;
  void update_average();
  void end_epoch(double train_seconds);
  Json description(const char* kind) const;
  void save_last() const;
  void save_best() const;
  void tell(const Json& row, bool best) const;

  Recipe recipe_;
  TrainingData data_;
  std::filesystem::path run_;
  int threads_;
  Json model_options_;
  Json pretrained_;
  std::unique_ptr<Model> model_, average_;  // average_: of the weights, where ema_decay is not 0
  NamedTensors parameters_;
  std::unique_ptr<Optimiser> optimiser_;
  std::unique_ptr<BatchLoader> loader_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<RunLog> log_;
  Position position_;
  double epoch_jets_ = 0;  // that this session trained on in the epoch under way: the rate's share of a resumed epoch
};

}  // namespace jetvit
