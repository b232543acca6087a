#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

#include "run/description.h"

namespace jetvit {

// One safetensors file. Its metadata "jetvit" is the description as JSON, with "format" 1.
// "last" has the tensors "model.*", "ema.*" (if weights are averaged), "optimizer.<state>.*" and, in float16,
// "loss_scale.*". "best" has only the weights to use, under the names of the model, so that timm can load them.
struct Checkpoint {
  Description about;
  std::map<std::string, at::Tensor> tensors;
};

// Writes atomically: readers see either the previous file or the new one. Throws Error.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

// Reads a checkpoint and translates names of earlier versions (run/former_names.h). Throws Error with the path if the
// file is damaged or not a checkpoint of this format.
Checkpoint read_checkpoint(const std::filesystem::path& path);

// Reads Checkpoint::about alone. Throws the same errors.
Description read_description(const std::filesystem::path& path);

// Whether the metadata of a safetensors file are those of a checkpoint, of any version.
bool is_checkpoint(const std::map<std::string, std::string>& metadata);

// The tensors whose names begin with `prefix`, with the prefix removed.
std::map<std::string, at::Tensor> with_prefix(const std::map<std::string, at::Tensor>& tensors,
                                              const std::string& prefix);

}  // namespace jetvit
