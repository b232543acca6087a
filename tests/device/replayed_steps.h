#pragma once

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "device/model_on_device.h"
#include "device/test_device.h"
#include "model/io/weights.h"
#include "support/images_of.h"
#include "train/train_step.h"

namespace jetvit::test {

// What six steps leave, each of other images and with another rate; with dropout and stochastic depth. On the CPU.
inline std::map<std::string, at::Tensor> trained(const std::string& name, const ComputeOptions& compute) {
  const std::unique_ptr<Model> model = model_on(compute.device, name, 0.2);
  const std::unique_ptr<Model> average = model_on(compute.device, name, 0.2);
  model->train(true);
  Recipe recipe;
  recipe.train.clip_norm = 1;
  TrainStep step(*model, average.get(), recipe, compute);
  step.loss().begin(0, 0);
  for (int i = 0; i < 6; ++i) {
    const std::int64_t jets = i == 4 ? 3 : 2;  // a batch of another size is run operator by operator
    const Batch batch = {images_of(*model, text("x", i), jets), at::full({jets}, 0.3 * (i % 3)), at::ones({jets}),
                         std::vector<std::size_t>(static_cast<std::size_t>(jets))};
    seed_random(1, 0, i, compute.device);
    step.run(batch, {.lr = 1e-3 / (i + 1), .weight_decay = 0.01 * i, .average_weight = 0.1 * i});
  }
  std::map<std::string, at::Tensor> out;
  const auto add = [&](const char* prefix, const std::map<std::string, at::Tensor>& tensors) {
    for (const auto& [key, tensor] : tensors) out[prefix + key] = tensor.cpu();
  };
  add("weights.", named_weights(*model));
  add("average.", named_weights(*average));
  add("", step.state());
  out["loss"] = at::full({}, step.loss().read().loss, at::kDouble);
  return out;
}

// Three steps operator by operator, one that is recorded, one of another size and a replay, against six operator by
// operator.
inline void expect_replays_equal_steps(const std::string& name) {
  for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kFp16}) {
    SCOPED_TRACE(precision_name(precision));
    ComputeOptions compute = on_test_device();
    compute.precision = precision;
    const std::map<std::string, at::Tensor> replayed = trained(name, compute);
    compute.graphs = false;
    for (const auto& [key, tensor] : trained(name, compute)) EXPECT_TRUE(at::equal(replayed.at(key), tensor)) << key;
    EXPECT_TRUE(std::isfinite(replayed.at("loss").item<double>()));
  }
}

}  // namespace jetvit::test
