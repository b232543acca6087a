#include "run/checkpoint.h"

#include "base/error.h"
#include "base/text.h"
#include "model/io/safetensors.h"
#include "run/former_names.h"

namespace jetvit {
namespace {

constexpr int kFormat = 1;
constexpr const char* kMetadataKey = "jetvit";

Description description_in(const std::map<std::string, std::string>& metadata, const std::filesystem::path& path) {
  const auto found = metadata.find(kMetadataKey);
  if (found == metadata.end()) {
    throw Error(text(path, ": weights without a description (not a checkpoint of jetvit train)"));
  }
  Json about = parse_json(found->second, path);
  if (!about.is_object() || about.value("format", Json(0)) != Json(kFormat)) {
    throw Error(text(path, ": a checkpoint of another version of jetvit (this one reads format ", kFormat, ")"));
  }
  translate_former_names(about);
  try {
    return description_from_json(about);
  } catch (const Error& error) {
    throw Error(text(path, ": ", error.what()));
  }
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  TensorFile file;
  Json about = to_json(checkpoint.about);
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

Description read_description(const std::filesystem::path& path) {
  return description_in(read_safetensors_metadata(path), path);
}

bool is_checkpoint(const std::map<std::string, std::string>& metadata) {
  return metadata.contains(kMetadataKey);
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
