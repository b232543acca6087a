#include "bench/bench_step.h"

#include <algorithm>
#include <vector>

#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>

#include "base/clock.h"
#include "base/rate_summary.h"
#include "compute/autocast.h"
#include "compute/runtime.h"
#include "model/registry.h"
#include "predict/inference.h"
#include "predict/predictor.h"
#include "run/recipe.h"
#include "train/freeze.h"
#include "train/optimizer.h"

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
      .contiguous(format_of(options, model).memory_format())
      .to(options.compute.device);
}

// step() returns a tensor of the device.
template <class Step>
BenchStepResult timed(const BenchStepOptions& options, const Model& model, const Step& step) {
  // To read a number waits for all work before it.
  const auto whole_step = [&] { step().flatten().select(0, 0).template item<double>(); };
  whole_step();
  std::vector<double> seconds;
  while (std::ssize(seconds) < options.steps) {
    const double start = monotonic_seconds();
    whole_step();
    seconds.push_back(monotonic_seconds() - start);
  }
  const auto [fastest, slowest] = std::minmax_element(seconds.begin(), seconds.end());
  return {.model = options.model,
          .image_size = model.image_size(),
          .format = format_of(options, model),
          .precision = options.compute.precision,
          .batch_size = options.batch_size,
          .threads = options.compute.threads,
          .median_seconds = median(seconds),
          .fastest_seconds = *fastest,
          .slowest_seconds = *slowest};
}

}  // namespace

Json to_json(const BenchStepResult& result) {
  return {{"model", result.model},
          {"image_size", result.image_size},
          {"precision", precision_name(result.precision)},
          {"layout", result.format.layout()},
          {"batch_size", result.batch_size},
          {"threads", result.threads},
          {"median_seconds", result.median_seconds},
          {"fastest_seconds", result.fastest_seconds},
          {"slowest_seconds", result.slowest_seconds},
          {"images_per_second", result.images_per_second()}};
}

BenchStepResult bench_train_step(const BenchStepOptions& options) {
  initialize_runtime(options.compute);
  const std::unique_ptr<Model> model = make_model(options.model, options.model_options, options.compute.device);
  Bf16Weights bf16_weights(options.compute);
  Optimizer optimizer(OptimizerOptions(), model->parameters(), &bf16_weights);
  const at::Tensor images = random_images(options, *model);
  const at::Tensor labels =
      at::randint(2, {options.batch_size, model->outputs()}).to(options.compute.device, at::kFloat);
  freeze(*model, frozen_parameters(*model, options.freeze), /*batch_norm=*/false);
  return timed(options, *model, [&] {
    at::Tensor loss;
    {
      const AutocastGuard autocast(options.compute);
      const Bf16Weights::Use use(bf16_weights);
      const at::Tensor logits = model->forward(images).to(at::kFloat);
      loss = at::binary_cross_entropy_with_logits(logits, labels);
    }
    loss.backward();
    bf16_weights.move_gradients();
    optimizer.step(1e-3, 0.05);
    optimizer.clear_gradients();
    return loss.detach();
  });
}

BenchStepResult bench_prediction(const BenchStepOptions& options) {
  initialize_runtime(options.compute);
  const std::unique_ptr<Model> model = make_model(options.model, options.model_options, options.compute.device);
  const Inference inference(*model, options.compute);
  const at::Tensor images = random_images(options, *model);
  return timed(options, *model, [&] { return inference.logits(images); });
}

}  // namespace jetvit
