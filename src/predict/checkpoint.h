#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "base/options.h"

namespace jetvit {

// Where a training stands. Everything else (order of the jets, augmentation, dropout) follows from seed, epoch and
// step, therefore no state of a random generator is kept.
struct Position {
  int epoch = 0;                   // epochs that ended, validation included
  std::int64_t step_in_epoch = 0;  // optimiser steps done in the epoch under way
  std::int64_t step = 0;           // optimiser steps in all
  double loss_sum = 0;             // of the epoch under way: sum of weight * loss
  double weight_sum = 0;
  double best_auc = -1;
  int best_epoch = 0;  // from 1; 0: none yet
  // Of the stage under way, to which loss sums, best epoch and schedule belong too; epochs and steps count on.
  int stage = 0;                // from 0
  int first_epoch = 0;          // epochs before it
  std::int64_t first_step = 0;  // optimiser steps before it
  Json schedule;                // Schedule::state()
};

Json to_json(const Position& position);
Position position_from_json(const Json& json);  // throws Error

// One safetensors file. Metadata "jetvit" is JSON:
//   format 1, kind ("last" or "best"), version, model {name, options}, transform, image, recipe (resolved),
//   pretrained (the report of the weights that the training began with, or null),
//   data {name, source, fingerprint, shape of the raw images}, position
// "last" holds tensors "model.*", "ema.*" (where averaged) and "optimiser.<state>.*"; "best" holds just the weights to
// use, under the model's own names, so that timm loads them as they are.
struct Checkpoint {
  Json about;
  std::map<std::string, at::Tensor> tensors;
};

// Writes atomically: a reader finds the previous file or this one.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

// Throws Error naming the path where the file is damaged or no checkpoint of this version.
Checkpoint read_checkpoint(const std::filesystem::path& path);

// The tensors whose names begin with `prefix`, without it.
std::map<std::string, at::Tensor> with_prefix(const std::map<std::string, at::Tensor>& tensors,
                                              const std::string& prefix);

}  // namespace jetvit
