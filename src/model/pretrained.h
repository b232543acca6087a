#pragma once

#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "base/options.h"
#include "model/model.h"

namespace jetvit {

// Weights to start from: a recipe's table [pretrained].
struct PretrainedOptions {
  std::string file;
  std::string channels = "timm";
};

template <class Visitor>
void visit_fields(Visitor& visit, PretrainedOptions& options) {
  visit("file", options.file, "safetensors with weights to start from; empty: none");
  visit("channels", options.channels, "filters for another number of input channels: timm's way, or sum or mean of all",
        OneOf{"timm", "sum", "mean"});
}

// What became of each tensor: of the model in the order of its parameters, of the file by name.
struct PretrainedReport {
  struct Adapted {
    std::string name, how;  // "patch_embed.proj.weight", "3 to 8 input channels (timm)"
  };
  std::string file, sha256;
  std::vector<std::string> loaded;      // as they were
  std::vector<Adapted> adapted;         // to the model's shape
  std::vector<std::string> replaced;    // the classifier, where it has other outputs: keeps its initial values
  std::vector<std::string> missing;     // not in the file: keep their initial values
  std::vector<std::string> unexpected;  // in the file, not in the model
  std::string classifier;               // "head: replaced (1000 outputs in the file, 1 in the model)"
  double share = 0;                     // of the model's parameters that come from the file
};

Json to_json(const PretrainedReport& report);

// Some lines for a terminal: counts, and the names of what is not as it was.
std::string summary(const PretrainedReport& report);

// Copies into `model` what fits of a file's weights, which carry timm's names:
//   the input convolution to the model's channels, as `channels` says (model/resampled_weights.h);
//   "pos_embed", "*.relative_position_bias_table" and "patch_embed.proj.weight" to its image, window and patch size;
//   1 x 1 convolutions from linear layers and the other way round;
//   "layers.*.downsample" and "head" of Swin's first release under their names of today;
//   what an EfficientNet begins with to the front end of EffSwin.
// Buffers that follow from the model (is_derived_buffer) are left out. Throws Error naming tensor and shapes where one
// cannot be brought to the model's shape, holds no floating point or a value that is not finite, and where nothing
// fits; nothing is copied then.
PretrainedReport load_pretrained(Model& model, const PretrainedOptions& options);

// The same for weights that are in memory; `source` names them in messages.
PretrainedReport load_pretrained(Model& model, std::map<std::string, at::Tensor> weights, const std::string& channels,
                                 const std::string& source);

}  // namespace jetvit
