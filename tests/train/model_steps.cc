// One side of tests/oracle/check/compare_timm.py: what a model computes in training, from given weights, images and
// labels.
//   model_steps MODEL OPTIONS WEIGHTS.safetensors INPUT.safetensors OUTPUT.safetensors
// OPTIONS is JSON. INPUT holds "images" (S, N, C, H, W), "labels" (S, N), "directions" (N) and "settings" (learning
// rate, weight decay). OUTPUT gets, in float32,
//   gradient/NAME    of sum(logits * directions) for the first images
//   statistic/NAME   the running statistics after passes in training mode over the first three
//   losses (S)       of S AdamW steps from the same weights
//   mean/NAME, deviation/NAME    of the values that make_model draws, over kDraws models of fixed seeds
#include <cmath>
#include <cstdio>
#include <exception>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/stack.h>

#include "base/options.h"
#include "base/text.h"
#include "model/io/safetensors.h"
#include "model/io/weights.h"
#include "model/registry.h"
#include "train/loss_terms.h"
#include "train/optimizer.h"
#include "train/seed_random.h"

namespace jetvit {
namespace {

constexpr int kDraws = 4;
constexpr std::int64_t kStatisticsSteps = 3;

using Tensors = std::map<std::string, at::Tensor>;

struct Task {
  std::string name;
  Json options;
  Tensors weights, input;

  std::unique_ptr<Model> make() const {
    std::unique_ptr<Model> model = make_model(name, options);
    load_weights(*model, weights, "the weights");
    model->train(true);
    return model;
  }
};

void add_gradients_and_statistics(const Task& task, Tensors& out) {
  const std::unique_ptr<Model> model = task.make();
  const at::Tensor images = task.input.at("images");
  (model->forward(images[0]).flatten() * task.input.at("directions")).sum().backward();
  for (const NamedTensor& parameter : model->parameters()) out["gradient/" + parameter.name] = parameter.tensor.grad();
  const at::NoGradGuard no_gradients;
  for (std::int64_t step = 1; step < kStatisticsSteps; ++step) model->forward(images[step]);
  for (const NamedTensor& buffer : model->buffers()) out["statistic/" + buffer.name] = buffer.tensor;
}

void add_losses(const Task& task, Tensors& out) {
  const std::unique_ptr<Model> model = task.make();
  const at::Tensor images = task.input.at("images");
  const at::Tensor settings = task.input.at("settings");
  Optimizer optimizer({}, model->parameters());
  std::vector<at::Tensor> losses;
  for (std::int64_t step = 0; step < images.size(0); ++step) {
    const at::Tensor labels = task.input.at("labels")[step];
    const LossTerms terms = loss_terms(labels, at::ones_like(labels), 1, 0);
    const at::Tensor loss = weighted_loss(model->forward(images[step]).flatten(), terms, terms.weights.sum());
    losses.push_back(loss.detach().to(at::kFloat));
    optimizer.clear_gradients();
    loss.backward();
    optimizer.step(settings[0].item<double>(), settings[1].item<double>());
  }
  out["losses"] = at::stack(losses);
}

void add_draws(const Task& task, Tensors& out) {
  struct Sums {
    double values = 0, squares = 0;
  };
  std::map<std::string, Sums> sums;
  for (int draw = 0; draw < kDraws; ++draw) {
    seed_random(draw, kInitialization, 0);
    for (const NamedTensor& parameter : make_model(task.name, task.options)->parameters()) {
      const at::Tensor values = parameter.tensor.detach().to(at::kDouble);
      sums[parameter.name].values += values.mean().item<double>() / kDraws;
      sums[parameter.name].squares += values.square().mean().item<double>() / kDraws;
    }
  }
  for (const auto& [name, sum] : sums) {
    out["mean/" + name] = at::scalar_tensor(sum.values);
    out["deviation/" + name] = at::scalar_tensor(std::sqrt(std::max(sum.squares - sum.values * sum.values, 0.0)));
  }
}

}  // namespace
}  // namespace jetvit

int main(int argc, char** argv) {
  using namespace jetvit;
  if (argc != 6) {
    std::fprintf(stderr, "usage: model_steps MODEL OPTIONS WEIGHTS INPUT OUTPUT\n");
    return 2;
  }
  try {
    const Task task = {argv[1], Json::parse(argv[2]), read_safetensors(argv[3]).tensors,
                       read_safetensors(argv[4]).tensors};
    Tensors out;
    add_gradients_and_statistics(task, out);
    add_losses(task, out);
    add_draws(task, out);
    write_safetensors(argv[5], {out, {}});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "model_steps: %s\n", error.what());
    return 1;
  }
}
