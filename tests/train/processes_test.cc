// Trainings on several processes, against one process.
#include <map>
#include <numeric>
#include <optional>
#include <string>

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/digest.h"
#include "base/text.h"
#include "group/process_group.h"
#include "load/batch_loader.h"
#include "ops/sync_batch_norm.h"
#include "predict/predictor.h"
#include "run/checkpoint.h"
#include "run/run_folder.h"
#include "support/difference.h"
#include "support/expect_error.h"
#include "support/ranks.h"
#include "support/stand_in/stand_in.h"
#include "support/temp_folder.h"
#include "train/gradient_buckets.h"
#include "train/tiny_training.h"

namespace jetvit {
namespace {

using test::run_ranks;
using test::TempFolder;

// Trains on this many processes; each one stops after the given step, if it is not 0, or resumes.
void train_on(int processes, const Recipe& how, const std::filesystem::path& run, bool resumes = false,
              std::int64_t stop = 0, const ComputeOptions& compute = {}) {
  std::filesystem::create_directories(run);
  const auto work = [&](const ProcessGroup* group) {
    at::set_num_threads(1);
    Trainer trainer(how, test::data(), run, compute, group);
    if (resumes) trainer.resume();
    // One of the processes is asked alone.
    const bool is_asked = group == nullptr || group->rank() + 1 == group->size();
    try {
      trainer.run([&] { return is_asked && stop > 0 && trainer.state().step == stop ? SIGTERM : 0; });
    } catch (const Interrupted&) {
      return std::string("stopped");
    }
    const bool sums_on_device = stand_in::sums_of_processes() > 0;
    return std::string(sums_on_device ? "finished, summed on the device" : "finished");
  };
  const std::vector<std::string> answers = run_ranks(processes, [&](const Place& place) {
    if (place.size == 1) return work(nullptr);
    const ProcessGroup group(place, {});
    return work(&group);
  });
  const char* const expected = stop > 0                  ? "stopped"
                               : compute.device.is_cpu() ? "finished"
                                                         : "finished, summed on the device";
  EXPECT_EQ(answers, std::vector<std::string>(static_cast<std::size_t>(processes), expected));
}

Recipe in_parts(int parts, const std::string& more = "") {
  Json tree = test::three_phases();
  tree["train"].update({{"deterministic", true}, {"parts", parts}, {"drop_last", false}});
  tree["augment"]["mixup"] = 0.4;
  if (!more.empty()) apply_override(tree, more);
  return recipe_from_json(tree);
}

std::string digest(const std::filesystem::path& run, const char* file = kLastFile) {
  return sha256_of_file(run / file);
}

// With dropped paths, mixing, an average of the weights, batch norms, phases, and a last part of other size.
TEST(Processes, GiveTheSameBitsForFixedParts) {
  const TempFolder folder;
  const Recipe how = in_parts(5);
  for (const int processes : {1, 2, 3, 5}) train_on(processes, how, folder / std::to_string(processes));
  for (const char* processes : {"2", "3", "5"}) {
    EXPECT_EQ(digest(folder / processes), digest(folder / "1")) << processes;
    EXPECT_EQ(digest(folder / processes, kBestFile), digest(folder / "1", kBestFile)) << processes;
    EXPECT_EQ(test::log_of(folder / processes), test::log_of(folder / "1")) << processes;
  }
}

TEST(Processes, ResumeOnAnotherNumber) {
  const TempFolder folder;
  const Recipe how = in_parts(4);
  train_on(1, how, folder / "whole");
  train_on(3, how, folder / "parts", false, 3);
  train_on(1, how, folder / "parts", true, 9);
  train_on(2, how, folder / "parts", true);
  for (const char* file : {kLastFile, kBestFile})
    EXPECT_EQ(digest(folder / "parts", file), digest(folder / "whole", file));
}

// The largest difference of the weights of two runs.
double distance(const std::filesystem::path& one, const std::filesystem::path& other) {
  const auto expected = read_checkpoint(other / kLastFile).tensors;
  double largest = 0;
  for (const auto& [name, tensor] : read_checkpoint(one / kLastFile).tensors) {
    if (!name.starts_with("model.")) continue;
    const at::Tensor change = (tensor.to(at::kDouble) - expected.at(name).to(at::kDouble)).abs();
    largest = std::max(largest, change.max().item<double>());
  }
  return largest;
}

// Float32 sums in another order: after 12 steps of 1e-3 the weights agree to some 1e-5. Plain gradient steps, because
// Adam turns a gradient of nearly 0 into a whole step.
TEST(Processes, AgreeWithOneWithinRounding) {
  const TempFolder folder;
  const auto how = [](bool sync) {
    Json tree = recipe_to_json(test::recipe("train.sync_batch_norm=" + std::string(sync ? "true" : "false")));
    tree["model"] = {{"name", "efficientnet_nano"}, {"drop_path", 0.0}};
    tree["optimizer"] = {{"kind", "sgd"}, {"lr", 1e-2}};
    return recipe_from_json(tree);
  };
  for (const int processes : {1, 2, 3}) train_on(processes, how(true), folder / std::to_string(processes));
  EXPECT_LT(distance(folder / "2", folder / "1"), 2e-5);
  EXPECT_LT(distance(folder / "3", folder / "1"), 2e-5);
  train_on(3, how(false), folder / "own statistics");
  EXPECT_GT(distance(folder / "own statistics", folder / "1"), 1e-3);
}

// The gradients stay on a device that has collectives of its own. Its kernels are the CPU's; what goes through the
// device in pieces rounds otherwise, as several processes do.
TEST(Processes, SumOnTheDevice) {
  const TempFolder folder;
  const Recipe how = recipe_from_json([] {
    Json tree = recipe_to_json(test::recipe("train.ema_decay=0"));
    tree["model"] = {{"name", "efficientnet_nano"}, {"drop_path", 0.0}};
    tree["optimizer"] = {{"kind", "sgd"}, {"lr", 1e-2}};
    return tree;
  }());
  train_on(2, how, folder / "cpu");
  train_on(2, how, folder / "device", false, 0, {.device = stand_in::device(), .threads = 1});
  EXPECT_LT(distance(folder / "device", folder / "cpu"), 2e-5);
}

// The images of all shares together are the batches of one process.
TEST(Processes, ShareTheImagesOfABatch) {
  const auto jets = test::jets(45, 3);
  const TrainingData data = test::data();
  ImageOptions image;
  image.size = 20;
  AugmentOptions augment;
  augment.mixup = 0.5;
  augment.horizontal_flip = 0.5;
  const auto batches = [&](const BatchShares& shares) {
    LoadOptions load;
    load.batch_size = 14;
    load.order = Order::kPermutation;
    load.augment = true;
    load.threads = 2;
    load.shares = shares;
    BatchLoader loader(jets, data.transform, image, augment, load);
    loader.start_epoch(1);
    std::vector<Batch> all;
    for (Batch batch; loader.next(batch);) all.push_back(std::move(batch));
    return all;
  };
  const std::vector<Batch> whole = batches({});
  for (const bool is_fixed : {true, false}) {
    for (const int processes : {1, 2, 3, 4}) {
      std::vector<std::int64_t> seen(whole.size(), 0);
      for (int process = 0; process < processes; ++process) {
        const int parts = is_fixed ? 4 : processes;
        const auto own = batches({.parts = parts, .process = process, .processes = processes, .is_fixed = is_fixed});
        ASSERT_EQ(own.size(), whole.size());
        for (std::size_t i = 0; i < own.size(); ++i) {
          EXPECT_TRUE(at::equal(own[i].targets, whole[i].targets));
          EXPECT_EQ(own[i].jets, whole[i].jets);
          const std::int64_t count = own[i].images.size(0);
          const auto first = static_cast<std::int64_t>(own[i].first_image);
          if (count > 0) {
            EXPECT_EQ(first, seen[i]);
          }
          EXPECT_TRUE(at::equal(own[i].images, whole[i].images.narrow(0, count > 0 ? first : 0, count)));
          seen[i] += count;
        }
      }
      for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(seen[i], whole[i].images.size(0));
    }
  }
}

std::string text_of(const std::vector<float>& logits) {
  return {reinterpret_cast<const char*>(logits.data()), logits.size() * sizeof(float)};
}

TEST(Processes, PredictTheSameBits) {
  const auto logits = [](const ProcessGroup* group) {
    at::set_num_threads(1);
    const TrainingData data = test::data();
    const TempFolder folder;
    const Trainer trainer(test::recipe(), data, folder.path());
    PredictOptions options;
    options.batch_size = 16;
    options.group = group;
    ImageOptions image;
    image.size = 20;
    return text_of(
        predict_logits(const_cast<Model&>(trainer.model()), test::jets(70, 5), data.transform, image, options));
  };
  const std::vector<std::string> alone = run_ranks(1, [&](const Place&) { return logits(nullptr); });
  ASSERT_EQ(alone.front().size(), 70 * sizeof(float));
  for (const int processes : {2, 3, 7}) {
    const auto answers = run_ranks(processes, [&](const Place& place) {
      const ProcessGroup group(place, {});
      return logits(&group);
    });
    EXPECT_EQ(answers, std::vector<std::string>(static_cast<std::size_t>(processes), alone.front())) << processes;
  }
}

// Against ATen's batch norm of all images together, with shares of 1, 2 and 3 of them. In bfloat16, both sides round
// what they return; a step there is 2^-8.
TEST(Processes, ShareTheStatisticsOfBatchNorms) {
  struct Case {
    std::optional<Activation> activation;
    at::ScalarType type;
    double tolerance;
  };
  const std::vector<Case> cases = {{std::nullopt, at::kFloat, 2e-6},          {Activation::kRelu, at::kFloat, 2e-6},
                                   {Activation::kSilu, at::kFloat, 2e-6},     {Activation::kGelu, at::kFloat, 2e-6},
                                   {Activation::kGeluTanh, at::kFloat, 2e-6}, {std::nullopt, at::kBFloat16, 0.01},
                                   {Activation::kSilu, at::kBFloat16, 0.01}};
  const std::vector<std::string> answers = run_ranks(3, [&](const Place& place) {
    at::set_num_threads(1);
    const ProcessGroup group(place, {});
    at::manual_seed(4);
    const std::int64_t first = place.rank * (place.rank + 1) / 2;  // 0, 1, 3
    const auto own = [&](const at::Tensor& x) { return x.narrow(0, first, place.rank + 1); };
    const auto parameters = [] {
      return std::array{(at::ones({4}) * 1.5).set_requires_grad(true), (at::zeros({4}) + 0.25).set_requires_grad(true)};
    };
    std::string bad;
    for (std::size_t number = 0; number < cases.size(); ++number) {
      const auto& [activation, type, tolerance] = cases[number];
      const at::Tensor all = (3 * at::randn({6, 4, 5, 7}) + 2).to(type);
      const at::Tensor of_y = at::randn({6, 4, 5, 7}).to(type);
      const auto [weight, bias] = parameters();
      const auto [whole_weight, whole_bias] = parameters();
      at::Tensor mean = at::zeros({4}), variance = at::ones({4}), whole_mean = at::zeros({4}),
                 whole_variance = at::ones({4});
      const at::Tensor x = own(all).clone().set_requires_grad(true);
      const at::Tensor y = sync_batch_norm(x, weight, bias, mean, variance, 0.1, 1e-5, activation, group);
      y.backward(own(of_y));
      const at::Tensor whole_x = all.to(at::kFloat).set_requires_grad(true);
      at::Tensor whole_y =
          at::batch_norm(whole_x, whole_weight, whole_bias, whole_mean, whole_variance, true, 0.1, 1e-5, false);
      if (activation) whole_y = activate(whole_y, *activation);
      whole_y.backward(of_y.to(at::kFloat));
      at::Tensor of_weight = weight.grad().clone(), of_bias = bias.grad().clone();
      group.sum(of_weight);
      group.sum(of_bias);
      const auto compare = [&](const char* what, const at::Tensor& a, const at::Tensor& b) {
        const double far = (a.to(at::kFloat) - b).abs().max().item<double>() / b.abs().max().item<double>();
        if (!(far <= tolerance)) bad += text(number, " ", what, " ", far, "; ");
      };
      compare("y", y, own(whole_y));
      compare("of x", x.grad(), own(whole_x.grad()));
      compare("of weight", of_weight, whole_weight.grad());
      compare("of bias", of_bias, whole_bias.grad());
      compare("mean", mean, whole_mean);
      compare("variance", variance, whole_variance);
    }
    return bad;
  });
  EXPECT_EQ(answers, std::vector<std::string>(3));
}

// Of two processes: in the first step the sum comes after the backward passes, later on in between. One of them has no
// jets in the second step.
TEST(GradientBuckets, SumWhatReachesParametersAndTheirCopies) {
  const std::vector<std::string> answers = run_ranks(2, [](const Place& place) {
    at::set_num_threads(1);
    const ProcessGroup group(place, {});
    const at::Tensor a = at::zeros({3}).set_requires_grad(true), b = at::zeros({2, 2}).set_requires_grad(true);
    const at::Tensor copy = at::zeros({2, 2}, at::kBFloat16).set_requires_grad(true);
    const at::Tensor sum = at::zeros({7});
    group.prepare_sums(at::kCPU);
    GradientBuckets buckets(group, {{"a", a}, {"b", b}}, sum);
    buckets.watch(b, copy);
    const double own = place.rank + 1;  // 1 and 2
    const auto pass = [&](double factor) { (factor * (a.sum() + 2 * copy.to(at::kFloat).sum())).backward(); };
    std::string bad;
    for (const int step : {0, 1, 2, 3}) {
      const int passes = step == 1 && place.rank == 1 ? 0 : 2;
      at::Tensor(sum).zero_();
      buckets.begin(passes);
      for (int number = 0; number < passes; ++number) pass(own);
      buckets.finish();
      const double factor = step == 1 ? 2 : 6;
      const bool is_right = at::equal(sum.narrow(0, 0, 3), at::full({3}, factor)) &&
                            at::equal(sum.narrow(0, 3, 4), at::full({4}, 2 * factor));
      if (!is_right) bad += text("step ", step, " ");
    }
    return bad;
  });
  EXPECT_EQ(answers, std::vector<std::string>(2));
}

TEST(GradientBuckets, RefuseAModelThatChanges) {
  const std::vector<std::string> answers = run_ranks(1, [](const Place& place) {
    const ProcessGroup group(place, {});
    const at::Tensor a = at::zeros({3}).set_requires_grad(true), b = at::zeros({2}).set_requires_grad(true);
    group.prepare_sums(at::kCPU);
    GradientBuckets buckets(group, {{"a", a}, {"of_b", b}}, at::zeros({5}));
    const auto error_of = [&](const auto& call) {
      try {
        call();
      } catch (const Error& error) {
        return std::string(error.what());
      }
      return std::string("none");
    };
    buckets.begin(1);
    a.sum().backward();
    const std::string missing = error_of([&] { buckets.finish(); });
    buckets.begin(1);
    (a.sum() + b.sum()).backward();
    buckets.finish();
    buckets.begin(1);
    a.sum().backward();
    const std::string more = error_of([&] { a.sum().backward(); });
    return missing + "; " + more;
  });
  EXPECT_THAT(answers, testing::ElementsAre(testing::AllOf(
                           testing::HasSubstr("the parameter of_b has no gradient"),
                           testing::HasSubstr("; the parameter a has more gradients than in the first step"))));
}

TEST(Processes, PartsAndTheirOrderGoTogether) {
  EXPECT_ERROR(test::recipe("train.deterministic=true"), UsageError, "train.parts");
  EXPECT_ERROR(test::recipe("train.parts=4"), UsageError, "train.deterministic");
}

}  // namespace
}  // namespace jetvit
