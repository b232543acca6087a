#include "predict/checkpoint.h"

#include "base/error.h"
#include "base/text.h"
#include "model/safetensors.h"

namespace jetvit {
namespace {

constexpr int kFormat = 1;
constexpr const char* kMetadataKey = "jetvit";

}  // namespace

Json to_json(const Position& position) {
  return {{"epoch", position.epoch},
          {"step_in_epoch", position.step_in_epoch},
          {"step", position.step},
          {"loss_sum", position.loss_sum},
          {"weight_sum", position.weight_sum},
          {"best_auc", position.best_auc},
          {"best_epoch", position.best_epoch},
          {"stage", position.stage},
          {"first_epoch", position.first_epoch},
          {"first_step", position.first_step},
          {"schedule", position.schedule}};
}

Position position_from_json(const Json& json) {
  try {
    Position position;
    position.epoch = json.at("epoch").get<int>();
    position.step_in_epoch = json.at("step_in_epoch").get<std::int64_t>();
    position.step = json.at("step").get<std::int64_t>();
    position.loss_sum = json.at("loss_sum").get<double>();
    position.weight_sum = json.at("weight_sum").get<double>();
    position.best_auc = json.at("best_auc").get<double>();
    position.best_epoch = json.at("best_epoch").get<int>();
    position.stage = json.value("stage", 0);  // trainings older than stages have one
    position.first_epoch = json.value("first_epoch", 0);
    position.first_step = json.value("first_step", std::int64_t{0});
    position.schedule = json.at("schedule");
    return position;
  } catch (const Json::exception&) {
    throw Error("the position in the training is damaged");
  }
}

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  TensorFile file;
  Json about = checkpoint.about;
  about["format"] = kFormat;
  file.metadata["format"] = "pt";  // what safetensors' readers in Python look for
  file.metadata[kMetadataKey] = about.dump();
  for (const auto& [name, tensor] : checkpoint.tensors) file.tensors[name] = tensor.detach().contiguous();
  write_safetensors(path, file);
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  TensorFile file = read_safetensors(path);
  const auto about = file.metadata.find(kMetadataKey);
  if (about == file.metadata.end()) {
    throw Error(text(path, ": weights without a description (not a checkpoint of jetvit train)"));
  }
  Checkpoint checkpoint{parse_json(about->second, path), std::move(file.tensors)};
  if (!checkpoint.about.is_object() || checkpoint.about.value("format", Json(0)) != Json(kFormat)) {
    throw Error(text(path, ": a checkpoint of another version of jetvit (this one reads format ", kFormat, ")"));
  }
  return checkpoint;
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
