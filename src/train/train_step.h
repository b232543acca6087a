#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compute/bf16_weights.h"
#include "compute/compute_options.h"
#include "compute/device_feed.h"
#include "compute/recorder.h"
#include "load/batch_loader.h"
#include "model/model.h"
#include "model/recompute.h"
#include "run/recipe.h"
#include "train/epoch_loss.h"
#include "train/gradient_sum.h"
#include "train/loss_scale.h"
#include "train/optimizer.h"
#include "train/step_inputs.h"
#include "train/weight_average.h"

namespace jetvit {

// One training step of a model: forward and backward pass, clipping, update of the weights and of their average. All of
// it is work for the model's device, which the host does not wait for. A device with a recorder repeats a recorded step
// for batches of one shape: launching some hundred operators one by one can take longer than to compute them.
class TrainStep {
 public:
  // model: in training mode, its frozen parameters without gradients; average: of its weights, or null. Both outlive
  // this object and are on the device of `compute`. Steps with recomputed layers are not recorded. Throws UsageError if
  // the model has none of the layers to recompute. group: the processes that train together, which outlives this
  // object, or null.
  TrainStep(Model& model, const Model* average, const Recipe& recipe, const ComputeOptions& compute,
            const ProcessGroup* group = nullptr);

  // Trains on a batch of the CPU's memory. seed(part) seeds the device's generator for a part of the step, 0 where it
  // has no parts; weight_sum of the numbers is filled in here.
  void run(
      const Batch& batch, StepNumbers numbers, const std::function<void(int part)>& seed = [](int) {});

  // The share of batches that this process trains on.
  const BatchShares& shares() const { return shares_; }

  // All that the steps remember besides the weights: "optimizer." and "loss_scale." before the names of both. Views.
  std::map<std::string, at::Tensor> state() const;

  // Copies a saved state in; steps: as of Optimizer::restore(). Throws Error naming what is missing or misshapen.
  void restore(const std::map<std::string, at::Tensor>& tensors, std::int64_t steps);

  EpochLoss& loss() { return loss_; }

  // Whether the device has done all steps that were run.
  bool is_device_idle() const { return feed_.is_idle(); }

 private:
  void run_recorded(const StepInputs& inputs);
  void run_parts(const Batch& batch, const LossTerms& terms, const StepNumbers& numbers,
                 const std::function<void(int part)>& seed);
  void compute(const StepInputs& inputs);
  at::Tensor add_gradients_of(const StepInputs& inputs);
  void update(const at::Tensor& loss, const StepInputs& inputs);
  void restore_statistics(const at::Tensor& counts);

  Model& model_;
  LoopOptions options_;
  RecomputedLayers recomputed_;
  BatchShares shares_;
  const ProcessGroup* group_;
  ComputeOptions compute_;
  NamedTensors parameters_;  // that train
  DeviceFeed feed_;
  Bf16Weights bf16_weights_;
  Optimizer optimizer_;
  std::optional<LossScale> scale_;  // in float16
  std::optional<WeightAverage> average_;
  EpochLoss loss_;
  std::optional<GradientSum> sum_;                          // where a batch has parts
  std::vector<at::Tensor> statistics_, statistics_before_;  // running ones, where steps may be skipped
  std::unique_ptr<Recorder> recorder_;                      // null: each step is run operator by operator
  std::optional<StepInputs> inputs_;                        // at the place where the recorded step reads them
  int steps_before_record_;
};

}  // namespace jetvit
