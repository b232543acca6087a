// What a training saves, and how it resumes from that.
#include <exception>
#include <optional>

#include <ATen/ops/empty.h>

#include "base/clock.h"
#include "base/commit.h"
#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "model/io/weights.h"
#include "run/run_folder.h"
#include "train/complete_options.h"
#include "train/observer_digests.h"
#include "train/trainer.h"

namespace jetvit {

Checkpoint Trainer::last_whole_checkpoint() {
  const std::filesystem::path previous = run_ / kPreviousFile;
  try {
    Checkpoint last = read_checkpoint(run_ / kLastFile);
    has_last_ = true;
    return last;
  } catch (const Error& damage) {
    if (!std::filesystem::exists(previous)) throw;
    const std::exception_ptr of_last = std::current_exception();
    std::optional<Checkpoint> before;
    try {
      before = read_checkpoint(previous);
    } catch (const Error&) {
      std::rethrow_exception(of_last);
    }
    reporter().warn(text(damage.what(), "; the training resumes from the checkpoint before it, ", previous));
    return std::move(*before);
  }
}

namespace {

at::ScalarType type_from_name(const std::string& name) {
  for (int number = 0; number < static_cast<int>(at::ScalarType::NumOptions); ++number) {
    const auto type = static_cast<at::ScalarType>(number);
    if (name == at::toString(type)) return type;
  }
  throw Error(text("no tensors of type ", name));
}

}  // namespace

// What rank 0 reads, in every process: the others need not see its disk.
Checkpoint Trainer::shared_checkpoint(const std::function<Checkpoint()>& read) const {
  if (group_ == nullptr) return read();
  Checkpoint checkpoint;
  Json header;
  if (writes()) {
    checkpoint = read();
    header["about"] = to_json(checkpoint.about);
    for (const auto& [name, tensor] : checkpoint.tensors) {
      header["tensors"].push_back({name, at::toString(tensor.scalar_type()), tensor.sizes().vec()});
    }
  }
  header = Json::parse(group_->broadcast(json_text(header)));
  if (!writes()) checkpoint.about = description_from_json(header["about"]);
  for (const Json& of : header["tensors"]) {
    at::Tensor& tensor = checkpoint.tensors[of[0]];
    if (!tensor.defined()) tensor = at::empty(of[2].get<std::vector<std::int64_t>>(), type_from_name(of[1]));
    tensor = tensor.contiguous();
    if (tensor.numel() > 0) group_->broadcast(tensor);
  }
  return checkpoint;
}

void Trainer::resume() {
  const Checkpoint checkpoint = shared_checkpoint([this] { return last_whole_checkpoint(); });
  const std::filesystem::path path = run_ / (has_last_ ? kLastFile : kPreviousFile);
  const Description now = description("last");
  const Description& before = checkpoint.about;
  // Keys that the run does not know yet have their defaults in it.
  std::string difference = first_difference(now.recipe, recipe_to_json(recipe_from_json(before.recipe)));
  const auto differs = [&](const char* what) {
    return text("the ", what, " of ", printable(data_.name), " are not those of ", printable(before.data.name));
  };
  if (difference.empty() && now.data.fingerprint != before.data.fingerprint) difference = differs("jets");
  if (difference.empty() && before.data.observers) {
    if (const std::string words = observer_difference(data_.observers, *before.data.observers); !words.empty()) {
      difference = text(differs("observers"), ": ", words);
    }
  }
  if (difference.empty())
    difference = first_difference(to_json(now.transform), to_json(before.transform), "transform.");
  if (!difference.empty()) {
    throw UsageError(text(run_, ": cannot resume: ", difference,
                          " (a run resumes with its own recipe and data) choose another `out`"));
  }
  try {
    const TrainingState& state = before.position;
    if (state.phase < 0 || state.phase >= static_cast<int>(recipes_.size())) {
      throw Error(text("no phase ", state.phase + 1, " in its recipe"));
    }
    const bool elsewhere = state.phase != state_.phase;
    state_ = state;
    if (elsewhere) build_phase();
  } catch (const std::exception& error) {
    throw Error(text(path, ": ", error.what()));
  }
  load_weights(*model_, with_prefix(checkpoint.tensors, "model."), path);
  if (average_) load_weights(*average_, with_prefix(checkpoint.tensors, "ema."), path);
  const bool is_last_phase = state_.phase + 1 == static_cast<int>(recipes_.size());
  const std::filesystem::path best = is_last_phase ? run_ / kBestFile : best_of_phase_path(run_, state_.phase + 1);
  if (writes() && state_.best_epoch > 0 && !std::filesystem::exists(best)) {
    throw Error(text(best, ": is missing, but the run kept the weights of epoch ", state_.best_epoch,
                     " there (put it back, or start again with `overwrite`)"));
  }
  try {
    step_->restore(checkpoint.tensors, step_of_phase());
    schedule_->restore(state_.schedule);
    pretrained_ = before.pretrained;
  } catch (const std::exception& error) {
    throw Error(text(path, ": ", error.what()));
  }
}

Description Trainer::description(const char* kind) const {
  TrainingState state = state_;
  state.schedule = schedule_->state();
  return {.kind = kind,
          .version = JETVIT_VERSION,
          .model_name = phase().model_name,
          .model_options = complete_options(phase(), data_.transform),
          .transform = data_.transform,
          .image = phase().image,
          .recipe = recipe_to_json(recipe_),
          .pretrained = pretrained_,
          .data = {.name = data_.name,
                   .source = data_.source,
                   .fingerprint = data_.fingerprint,
                   .observers = data_.observers,
                   .shape = data_.train->images.shape,
                   .class_names = data_.class_names,
                   .label_column = data_.label_column},
          .position = state};
}

void Trainer::keep_previous() const {
  if (!has_last_) return;
  remove_file(run_ / kPreviousFile);
  // Where a file system has no links, there is none: only a damaged disk would miss it.
  link_file(run_ / kLastFile, run_ / kPreviousFile);
  sync_folder(run_);
}

void Trainer::save_last() {
  if (step_->loss().has_unread()) read_loss();
  if (!writes()) return;
  Checkpoint checkpoint{description("last"), {}};
  for (const auto& [name, tensor] : named_weights(*model_)) checkpoint.tensors["model." + name] = tensor;
  if (average_) {
    for (const auto& [name, tensor] : named_weights(*average_)) checkpoint.tensors["ema." + name] = tensor;
  }
  checkpoint.tensors.merge(step_->state());
  keep_previous();
  write_checkpoint(run_ / kLastFile, checkpoint);
  has_last_ = true;
  saved_at_ = monotonic_seconds();
}

void Trainer::save_best() const {
  if (!writes()) return;
  write_checkpoint(best_path(state_.phase), {description("best"), named_weights(average_ ? *average_ : *model_)});
}

}  // namespace jetvit
