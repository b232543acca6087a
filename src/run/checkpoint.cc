#include "run/checkpoint.h"

#include "base/error.h"
#include "base/text.h"
#include "model/io/safetensors.h"
#include "run/former_names.h"

namespace jetvit {
namespace {

constexpr int kFormat = 1;
constexpr const char* kMetadataKey = "jetvit";

Json description_in(const std::map<std::string, std::string>& metadata, const std::filesystem::path& path) {
  const auto found = metadata.find(kMetadataKey);
  if (found == metadata.end()) {
    throw Error(text(path, ": weights without a description (not a checkpoint of jetvit train)"));
  }
  Json about = parse_json(found->second, path);
  if (!about.is_object() || about.value("format", Json(0)) != Json(kFormat)) {
    throw Error(text(path, ": a checkpoint of another version of jetvit (this one reads format ", kFormat, ")"));
  }
  translate_former_names(about);
  return about;
}

}  // namespace

Json to_json(const TrainingState& state) {
  return {{"epoch", state.epoch},
          {"step_in_epoch", state.step_in_epoch},
          {"step", state.step},
          {"loss_sum", state.loss_sum},
          {"weight_sum", state.weight_sum},
          {"skipped_steps", state.skipped_steps},
          {"best_auc", state.best_auc},
          {"best_epoch", state.best_epoch},
          {"phase", state.phase},
          {"first_epoch", state.first_epoch},
          {"first_step", state.first_step},
          {"schedule", state.schedule}};
}

TrainingState training_state_from_json(const Json& json) {
  try {
    TrainingState state;
    state.epoch = json.at("epoch").get<int>();
    state.step_in_epoch = json.at("step_in_epoch").get<std::int64_t>();
    state.step = json.at("step").get<std::int64_t>();
    state.loss_sum = json.at("loss_sum").get<double>();
    state.weight_sum = json.at("weight_sum").get<double>();
    state.skipped_steps = json.value("skipped_steps", std::int64_t{0});
    state.best_auc = json.at("best_auc").get<double>();
    state.best_epoch = json.at("best_epoch").get<int>();
    state.phase = json.value("phase", 0);  // checkpoints from before phases were introduced lack these keys
    state.first_epoch = json.value("first_epoch", 0);
    state.first_step = json.value("first_step", std::int64_t{0});
    state.schedule = json.at("schedule");
    return state;
  } catch (const Json::exception&) {
    throw Error("the state of the training is damaged");
  }
}

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  TensorFile file;
  Json about = checkpoint.about;
  about["format"] = kFormat;
  file.metadata["format"] = "pt";  // expected by Python readers of safetensors
  file.metadata[kMetadataKey] = json_text(about);
  for (const auto& [name, tensor] : checkpoint.tensors) file.tensors[name] = tensor.detach().contiguous();
  write_safetensors(path, file);
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  TensorFile file = read_safetensors(path);
  Checkpoint checkpoint{description_in(file.metadata, path), std::move(file.tensors)};
  translate_former_names(checkpoint.tensors);
  return checkpoint;
}

Json read_description(const std::filesystem::path& path) {
  return description_in(read_safetensors_metadata(path), path);
}

std::map<std::string, at::Tensor> with_prefix(const std::map<std::string, at::Tensor>& tensors,
                                              const std::string& prefix) {
  std::map<std::string, at::Tensor> out;
  for (const auto& [name, tensor] : tensors) {
    if (name.starts_with(prefix)) out[name.substr(prefix.size())] = tensor;
  }
  return out;
}

}  // namespace jetvit
