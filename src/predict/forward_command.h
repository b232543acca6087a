#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace jetvit {

// What `jetvit forward` is asked for.
struct ForwardCommand {
  std::string model;                  // its name
  std::vector<std::string> settings;  // of its options: "image_size=128"
  std::filesystem::path weights;      // safetensors with all tensors of the model
  std::filesystem::path input;        // safetensors with the tensor x (N, channels, image_size, image_size)
  std::filesystem::path output;       // safetensors to write, with the tensor logits (N, outputs)
  bool overwrite = false;
};

// What a forward pass wrote.
struct ForwardSummary {
  std::int64_t images = 0;   // N
  std::int64_t outputs = 0;  // logits of each image
  std::filesystem::path output;
};

// Runs a model in evaluation mode, on the CPU in float32, on tensors from a file: all in one batch, through the layers
// that a training uses and not those that are packed for predictions. Throws UsageError for settings that the model
// does not have, Error where weights or input do not fit the model, and what refuse_tensor_file() throws about the
// output.
ForwardSummary run_forward(const ForwardCommand& command);

}  // namespace jetvit
