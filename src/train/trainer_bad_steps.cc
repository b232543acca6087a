// What a training does about a step whose loss or gradient is not finite.
#include <ATen/ops/isfinite.h>
#include <c10/core/GradMode.h>

#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "compute/autocast.h"
#include "jet/jet_origin.h"
#include "model/io/safetensors.h"
#include "model/layer_watch.h"
#include "run/run_folder.h"
#include "train/batch_parts.h"
#include "train/seed_random.h"
#include "train/trainer.h"

namespace jetvit {
namespace {

constexpr std::size_t kJetsInMessage = 16;

bool is_finite(const at::Tensor& x) {
  return at::isfinite(x).all().item<bool>();
}

// The name of a part of a module, "layers.0.conv"; empty for the module itself and for others.
std::string name_within(const Module& module, const Module& part, const std::string& prefix = "") {
  for (const auto& [name, child] : module.children()) {
    std::string path = text(prefix, prefix.empty() || name.empty() ? "" : ".", name);
    if (child.get() == &part) return path;
    if (std::string within = name_within(*child, part, path); !within.empty()) return within;
  }
  return "";
}

}  // namespace

// The whole batch of a step of the epoch under way, from 1: it follows from seed, epoch and step.
Batch Trainer::batch_of_step(std::int64_t step) const {
  const std::unique_ptr<BatchLoader> loader = make_loader({});
  loader->start_epoch(state_.epoch, static_cast<std::size_t>(step - 1));
  Batch batch;
  loader->next(batch);
  return batch;
}

// Where the forward pass of a step is first not finite; the weights must be those that the step had.
std::string Trainer::first_not_finite(const Batch& batch, std::int64_t step) const {
  if (!is_finite(batch.images)) return "the images are not finite";
  const c10::NoGradGuard no_gradients;
  std::string first;
  const LayerWatch watch([&](const Module& layer, const at::Tensor& y) {
    if (!first.empty() || is_finite(y)) return;
    const std::string name = name_within(*model_, layer);
    first = text("first in the output of ", name.empty() ? "the model" : name);
  });
  const AutocastGuard autocast(compute());
  bool all_finite = true;
  const BatchShares& shares = step_->shares();
  for (int number = 0; number < shares.parts; ++number) {
    const BatchRange range = shares.part(number, batch.jets.size());
    seed_random(phase().train.seed, state_.epoch, step - 1, compute_.device, number);
    const at::Tensor images =
        batch.images.narrow(0, static_cast<std::int64_t>(range.first), static_cast<std::int64_t>(range.size()));
    for_each_part(images.size(0), phase().train.accumulate, [&](std::int64_t start, std::int64_t count) {
      const at::Tensor part = images.narrow(0, start, count);
      if (all_finite) all_finite = is_finite(model_->forward(part.to(compute_.device)));
    });
  }
  return all_finite ? "in the backward pass" : first;
}

void Trainer::save_bad_batch(const Batch& batch, std::int64_t step) const {
  std::vector<std::string> origins;
  for (const std::size_t jet : batch.jets) origins.push_back(origin_text(*data_.train, jet, data_.files));
  const Json about = {{"epoch", state_.epoch + 1}, {"step", step}, {"jets", origins}};
  write_safetensors(run_ / kBadBatchFile, {.tensors = {{"images", batch.images.to(at::kFloat).contiguous()},
                                                       {"targets", batch.targets},
                                                       {"weights", batch.weights}},
                                           .metadata = {{"jetvit_batch", json_text(about)}}});
}

void Trainer::handle_bad_step(const EpochLoss::BadStep& bad) {
  const std::int64_t step = state_.step_in_epoch - bad.steps_ago;
  const bool stops = phase().train.non_finite == "stop";
  if (!stops) ++state_.skipped_steps;
  // The first one shows what is wrong.
  if (!stops && has_bad_batch_) return;
  has_bad_batch_ = true;
  if (!writes()) {  // rank 0 says what was wrong
    if (!stops) return;
    throw Error(text("the loss of step ", step, " is not finite"));
  }
  const Batch batch = batch_of_step(step);
  std::string saved = text("the batch is in ", run_ / kBadBatchFile, ")");
  try {
    save_bad_batch(batch, step);
  } catch (const Error& error) {
    saved = text("the batch was not saved: ", error.what(), ")");
  }
  std::vector<std::string> rows;
  for (const std::size_t jet : bad.jets) {
    if (rows.size() == kJetsInMessage) {
      rows.emplace_back("...");
      break;
    }
    rows.push_back(origin_text(*data_.train, jet, data_.files));
  }
  const std::string what = text(label(), "epoch ", epoch_of_phase() + 1, ", step ", step,
                                ": the loss or its gradient is not finite (jets: ", join(rows, ", "), "; ");
  if (!stops) {
    reporter().warn(text(what, saved, "; this step was skipped, and later ones like it will be, too"));
    return;
  }
  throw Error(text(what, first_not_finite(batch, step), "; ", saved,
                   " lower optimizer.lr, set train.clip_norm, look at those jets, or leave such steps out with ",
                   "train.non_finite = \"skip\""));
}

}  // namespace jetvit
