#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/stop_flag.h"
#include "compute/compute_options.h"
#include "load/batch_loader.h"
#include "model/model.h"
#include "run/checkpoint.h"
#include "run/recipe.h"
#include "run/run_log.h"
#include "train/memory_need.h"
#include "train/phase.h"
#include "train/run_pace.h"
#include "train/schedule.h"
#include "train/train_step.h"
#include "train/training_data.h"
#include "train/validation.h"

namespace jetvit {

// The recipe's loop: batches, loss, gradient, update, average; validation, logs and checkpoints after every epoch. The
// weights after any step follow from recipe, data and number of threads alone, whether the run was stopped or not.
// A recipe of several phases trains one model after the other: each begins with the best weights of the one before as
// far as names and shapes fit, with a new optimizer, schedule and average. Epochs and steps are counted through.
class Trainer {
 public:
  // run: folder that takes the outputs; it exists. Works with the threads that ATen is set to and one of the loader.
  // Builds the model from the seed; throws UsageError where the options of a phase's model and the data, or its frozen
  // parameters and the model, do not fit.
  // group: the processes that train together, all with the same arguments, of which rank 0 alone writes; it outlives
  // this object. Null: this one is alone.
  Trainer(Recipe recipe, TrainingData data, std::filesystem::path run, const ComputeOptions& compute = {},
          const ProcessGroup* group = nullptr);

  // Starts from the weights that the recipe's [pretrained] names, and reports what was loaded. Throws as
  // load_pretrained does.
  void start_from_pretrained();

  // Resumes from last.safetensors or, if that is damaged, with a warning from previous.safetensors. Throws Error naming
  // the difference if it belongs to another recipe or other data.
  void resume();

  // Trains to the end. Throws Interrupted after a checkpoint where SIGINT or SIGTERM asked to stop, and Error naming
  // epoch, step, jets and layer where the loss is not finite; the batch is saved. `stop` is asked after every step for
  // a signal, or 0; several processes stop after the same step.
  void run(const std::function<int()>& stop = stop_requested);

  // Estimates, from small steps of a model of its own, the memory of the phase that takes the most; of those that are
  // still to come: that of the CPU or of the device. It holds to a quarter on the CPU (tests/cli/train_memory.py), and
  // on the stand-in device without a recorded step. What a validation takes in addition to a recorded step is not
  // counted.
  MemoryNeed memory_need() const;

  // Writes last.safetensors, from which a resumed run continues. The one before becomes previous.safetensors: a second
  // name of the file, so that nothing is copied.
  void save_last();

  const TrainingState& state() const { return state_; }
  const Model& model() const { return *model_; }  // of the phase under way
  // None before run().
  std::vector<EpochSummary> epochs() const { return log_ ? log_->epochs() : std::vector<EpochSummary>(); }
  const std::vector<PhaseSummary>& phases() const { return phases_; }  // one of a recipe without phases
  const Json& pretrained() const { return pretrained_; }               // the report of what the run began with, or null

 private:
  ComputeOptions compute_of(const Recipe& phase) const;  // in its precision
  ComputeOptions compute() const { return compute_of(phase()); }
  const Recipe& phase() const { return recipes_[static_cast<std::size_t>(state_.phase)]; }
  std::unique_ptr<Model> make_phase_model(int phase) const;
  MemoryNeed memory_need_of(int phase) const;
  void build_phase();
  void begin_next_phase();
  void share_weights();
  bool phase_goes_on() const;
  int epoch_of_phase() const { return state_.epoch - state_.first_epoch; }
  std::int64_t step_of_phase() const { return state_.step - state_.first_step; }
  std::string label() const;
  std::filesystem::path best_path(int phase) const;
  double jets_left() const;      // to train on, in this epoch and all later ones
  int validations_left() const;  // with that of this epoch
  void train_epoch(const std::function<int()>& stop);
  Validation validate();
  bool next_batch(Batch& batch);
  void train_step(const Batch& batch);
  std::unique_ptr<BatchLoader> make_loader(const BatchShares& shares) const;
  void read_loss();
  void handle_bad_step(const EpochLoss::BadStep& bad);
  Batch batch_of_step(std::int64_t step) const;
  std::string first_not_finite(const Batch& batch, std::int64_t step) const;
  void save_bad_batch(const Batch& batch, std::int64_t step) const;
  bool is_checkpoint_due() const;
  int agreed(int stop) const;
  bool writes() const { return group_ == nullptr || group_->rank() == 0; }
  Checkpoint shared_checkpoint(const std::function<Checkpoint()>& read) const;
  double average_weight() const;
  void end_epoch(double train_seconds);
  Checkpoint last_whole_checkpoint();
  void keep_previous() const;
  Description description(const char* kind) const;
  void save_best() const;
  void log_epoch(const Json& row, bool best) const;

  Recipe recipe_;
  std::vector<Recipe> recipes_;  // of the phases
  std::vector<PhaseSummary> phases_;
  TrainingData data_;
  std::filesystem::path run_;
  ComputeOptions compute_;  // but for the precision, which each phase has for itself
  const ProcessGroup* group_;
  Json pretrained_;

  // Of the phase under way.
  std::unique_ptr<Model> model_, average_;  // average_: of the weights, where ema_decay is not 0
  std::unique_ptr<TrainStep> step_;
  std::unique_ptr<BatchLoader> loader_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<RunLog> log_;
  TrainingState state_;
  RunPace pace_;
  bool has_bad_batch_ = false;  // this session saved one
  bool has_last_ = false;  // last.safetensors is a whole checkpoint of this training, not damaged or of a former run
  double saved_at_ = 0;    // monotonic time of the last checkpoint
  double data_wait_ = 0;   // seconds of the epoch under way: of each wait for a batch at whose end the device was idle
  double epoch_jets_ = 0;  // that this session trained on in the epoch under way: the rate's share of a resumed epoch
};

}  // namespace jetvit
