#include "bench/bench_step.h"

#include <algorithm>
#include <vector>

#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/rate_summary.h"
#include "base/text.h"
#include "compute/runtime.h"
#include "model/registry.h"
#include "predict/inference.h"
#include "predict/predictor.h"
#include "run/recipe.h"
#include "train/freeze.h"
#include "train/train_step.h"

namespace jetvit {
namespace {

// In float32 in either precision, as are the images of the peers that bench/model compares with.
ImageFormat format_of(const BenchStepOptions& options, const Model& model) {
  ImageFormat format = input_format(model, {});
  format.channels_last = options.channels_last.value_or(format.channels_last);
  return format;
}

at::Tensor random_images(const BenchStepOptions& options, const Model& model) {
  return at::rand({options.batch_size, model.channels(), model.image_size(), model.image_size()})
      .contiguous(format_of(options, model).memory_format());
}

// After so many steps the host is as far ahead of a device as it may be, and a recorded step is replayed.
int warm_up_steps(const BenchStepOptions& options) {
  return options.compute.device.is_cpu() ? 1 : 10;
}

template <class Step>
BenchStepResult timed(const BenchStepOptions& options, const Model& model, bool trains, const Step& step) {
  for (int i = 0; i < warm_up_steps(options); ++i) step();
  std::vector<double> seconds;
  while (std::ssize(seconds) < options.steps) {
    const double start = monotonic_seconds();
    step();
    seconds.push_back(monotonic_seconds() - start);
  }
  const auto [fastest, slowest] = std::minmax_element(seconds.begin(), seconds.end());
  return {.model = options.model,
          .image_size = model.image_size(),
          .format = format_of(options, model),
          .compute = options.compute,
          .has_graph = trains && options.compute.graphs && !options.compute.device.is_cpu(),
          .batch_size = options.batch_size,
          .median_seconds = median(seconds),
          .fastest_seconds = *fastest,
          .slowest_seconds = *slowest};
}

}  // namespace

Json to_json(const BenchStepResult& result) {
  return {{"model", result.model},
          {"image_size", result.image_size},
          {"device", result.compute.device.str()},
          {"precision", precision_name(result.compute.precision)},
          {"graph", result.has_graph},
          {"layout", result.format.layout()},
          {"batch_size", result.batch_size},
          {"threads", result.compute.threads},
          {"median_seconds", result.median_seconds},
          {"fastest_seconds", result.fastest_seconds},
          {"slowest_seconds", result.slowest_seconds},
          {"images_per_second", result.images_per_second()}};
}

BenchStepResult bench_train_step(const BenchStepOptions& options) {
  initialize_runtime(options.compute);
  const std::unique_ptr<Model> model = make_model(options.model, options.model_options, options.compute.device);
  if (model->outputs() != 1) throw UsageError(text("outputs: ", model->outputs(), " (a training needs outputs = 1)"));
  model->train(true);
  freeze(*model, frozen_parameters(*model, options.freeze), /*batch_norm=*/false);
  TrainStep step(*model, nullptr, Recipe(), options.compute);
  Batch batch = {random_images(options, *model), at::randint(2, {options.batch_size}).to(at::kFloat),
                 at::ones({options.batch_size}),
                 std::vector<std::size_t>(static_cast<std::size_t>(options.batch_size))};
  if (!options.compute.device.is_cpu()) batch.images = batch.images.pin_memory();
  step.loss().begin(0, 0);
  return timed(options, *model, /*trains=*/true, [&] {
    step.run(batch, {.lr = 1e-3, .weight_decay = 0.05});
    if (step.loss().is_due()) step.loss().read();
  });
}

BenchStepResult bench_prediction(const BenchStepOptions& options) {
  initialize_runtime(options.compute);
  const std::unique_ptr<Model> model = make_model(options.model, options.model_options, options.compute.device);
  const Inference inference(*model, options.compute);
  const at::Tensor images = random_images(options, *model).to(options.compute.device);
  // To read a number waits for all work before it.
  return timed(options, *model, /*trains=*/false,
               [&] { inference.logits(images).flatten().select(0, 0).item<double>(); });
}

}  // namespace jetvit
