#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/options.h"

namespace jetvit {

struct BenchStepOptions {
  std::string model = "coatnet_0";
  Json model_options = Json::object();
  int batch_size = 16;
  int steps = 5;  // at least 1
  int threads = 1;
  bool bf16 = false;
  std::optional<bool> channels_last;  // order of the images in memory; without it the one that the model prefers
  std::vector<std::string> freeze;    // parameters that do not train, as in a recipe's stage
};

// Times whole training steps (forward, binary cross-entropy, backward, fused AdamW) on random images after one step of
// warm-up. Returns {"model", "image_size", "precision", "layout", "batch_size", "threads", "median_seconds",
// "slowest_seconds", "fastest_seconds", "images_per_second"}.
Json bench_train_step(const BenchStepOptions& options);

// The same for prediction: the model's forward pass in evaluation mode, without gradients.
Json bench_prediction(const BenchStepOptions& options);

}  // namespace jetvit
