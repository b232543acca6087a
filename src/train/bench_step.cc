#include "train/bench_step.h"

#include <algorithm>
#include <vector>

#include <ATen/Parallel.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>

#include "base/progress.h"
#include "base/rate_summary.h"
#include "model/registry.h"
#include "predict/autocast.h"
#include "predict/inference.h"
#include "predict/predictor.h"
#include "train/freeze.h"
#include "train/optimiser.h"
#include "train/recipe.h"

namespace jetvit {
namespace {

// In float32 in either precision, as are the images of the peers that bench/model compares with.
ImageFormat format_of(const BenchStepOptions& options, const Model& model) {
  ImageFormat format = input_format(model, /*bf16=*/false);
  format.channels_last = options.channels_last.value_or(format.channels_last);
  return format;
}

at::Tensor random_images(const BenchStepOptions& options, const Model& model) {
  return at::rand({options.batch_size, model.channels(), model.image_size(), model.image_size()})
      .contiguous(format_of(options, model).memory_format());
}

template <class Step>
Json timed(const BenchStepOptions& options, const Model& model, const Step& step) {
  step();
  std::vector<double> seconds;
  while (std::ssize(seconds) < options.steps) {
    const double start = monotonic_seconds();
    step();
    seconds.push_back(monotonic_seconds() - start);
  }
  const auto [fastest, slowest] = std::minmax_element(seconds.begin(), seconds.end());
  const double middle = median(seconds);
  return {{"model", options.model},
          {"image_size", model.image_size()},
          {"precision", options.bf16 ? "bf16" : "fp32"},
          {"layout", format_of(options, model).layout()},
          {"batch_size", options.batch_size},
          {"threads", options.threads},
          {"median_seconds", middle},
          {"fastest_seconds", *fastest},
          {"slowest_seconds", *slowest},
          {"images_per_second", options.batch_size / middle}};
}

}  // namespace

Json bench_train_step(const BenchStepOptions& options) {
  at::set_num_threads(options.threads);
  const std::unique_ptr<Model> model = make_model(options.model, options.model_options);
  Bf16Weights bf16_weights(options.bf16);
  Optimiser optimiser(OptimiserOptions(), model->parameters(), &bf16_weights);
  const at::Tensor images = random_images(options, *model);
  const at::Tensor labels = at::randint(2, {options.batch_size, model->outputs()}).to(at::kFloat);
  freeze(*model, frozen_parameters(*model, options.freeze), /*batch_norm=*/false);
  return timed(options, *model, [&] {
    at::Tensor loss;
    {
      const Autocast autocast(options.bf16);
      const Bf16Weights::Use use(bf16_weights);
      const at::Tensor logits = model->forward(images).to(at::kFloat);
      loss = at::binary_cross_entropy_with_logits(logits, labels);
    }
    loss.backward();
    bf16_weights.move_gradients();
    optimiser.step(1e-3, 0.05);
    optimiser.clear_gradients();
  });
}

Json bench_prediction(const BenchStepOptions& options) {
  at::set_num_threads(options.threads);
  const std::unique_ptr<Model> model = make_model(options.model, options.model_options);
  const Inference inference(*model, options.bf16);
  const at::Tensor images = random_images(options, *model);
  return timed(options, *model, [&] { inference.logits(images); });
}

}  // namespace jetvit
