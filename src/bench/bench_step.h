#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/options.h"
#include "compute/compute_options.h"
#include "compute/image_format.h"

namespace jetvit {

struct BenchStepOptions {
  std::string model = "coatnet_0";
  Json model_options = Json::object();
  int batch_size = 16;
  int steps = 5;  // at least 1
  ComputeOptions compute;
  std::optional<bool> channels_last;  // order of the images in memory; without it the one that the model prefers
  std::vector<std::string> freeze;    // parameters that do not train, as in a recipe's phase
};

// How long steps took, and of what.
struct BenchStepResult {
  std::string model;
  int image_size = 0;
  ImageFormat format;  // of the images in memory
  ComputeOptions compute;
  bool has_graph = false;  // recorded once and replayed
  int batch_size = 0;
  double median_seconds = 0, fastest_seconds = 0, slowest_seconds = 0;  // of a step

  double images_per_second() const { return batch_size / median_seconds; }
};

// {"model", "image_size", "device", "precision", "graph", "layout", "batch_size", "threads", "median_seconds",
// "fastest_seconds", "slowest_seconds", "images_per_second"}
Json to_json(const BenchStepResult& result);

// Times the training steps of a recipe without options (TrainStep: copy to the device, forward, loss, backward, AdamW)
// on random images, after a warm-up: one step, or on a device ten. There, the time of a step is that between the ends
// of two, since the host prepares one while the device computes another. Throws UsageError for a model, options or
// patterns of frozen parameters that there are not, and for a model of several outputs.
BenchStepResult bench_train_step(const BenchStepOptions& options);

// The same for prediction: the model's forward pass in evaluation mode, without gradients.
BenchStepResult bench_prediction(const BenchStepOptions& options);

}  // namespace jetvit
