#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "base/options.h"

namespace jetvit {

// The progress of a training run. Everything else (order of the jets, augmentation, dropout) follows from seed, epoch
// and step; therefore no state of a random number generator is stored.
struct TrainingState {
  int epoch = 0;                   // completed epochs, including validation
  std::int64_t step_in_epoch = 0;  // optimizer steps done in the current epoch
  std::int64_t step = 0;           // optimizer steps in total
  double loss_sum = 0;             // current epoch: sum of weight * loss
  double weight_sum = 0;           // current epoch
  std::int64_t skipped_steps = 0;  // current epoch: not finite, without an update
  double best_auc = -1;            // current phase
  int best_epoch = 0;              // current phase; counted from 1; 0: none yet
  // The current phase. Epochs and steps are counted over all phases.
  int phase = 0;                // from 0
  int first_epoch = 0;          // completed epochs before this phase
  std::int64_t first_step = 0;  // optimizer steps before this phase
  Json schedule;                // Schedule::state()
};

Json to_json(const TrainingState& state);
TrainingState training_state_from_json(const Json& json);  // throws Error

// One safetensors file. Metadata "jetvit" is JSON:
//   format 1, kind ("last" or "best"), version, model {name, options}, transform, image, recipe (resolved),
//   pretrained (the report on the initial weights, or null),
//   data {name, source, fingerprint, observers, shape of the raw images, class_names}, position (a TrainingState)
// "last" has the tensors "model.*", "ema.*" (if weights are averaged), "optimizer.<state>.*" and, in float16,
// "loss_scale.*". "best" has only the weights to use, under the names of the model, so that timm can load them.
struct Checkpoint {
  Json about;
  std::map<std::string, at::Tensor> tensors;
};

// Writes atomically: readers see either the previous file or the new one. Throws Error.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

// Reads a checkpoint and translates names of earlier versions (run/former_names.h). Throws Error with the path if the
// file is damaged or not a checkpoint of this format.
Checkpoint read_checkpoint(const std::filesystem::path& path);

// Reads Checkpoint::about alone. Throws the same errors.
Json read_description(const std::filesystem::path& path);

// The tensors whose names begin with `prefix`, with the prefix removed.
std::map<std::string, at::Tensor> with_prefix(const std::map<std::string, at::Tensor>& tensors,
                                              const std::string& prefix);

}  // namespace jetvit
