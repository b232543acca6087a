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
  visit("channels", options.channels,
        "how filters are converted to another number of input channels: as timm, or the sum or mean of all",
        OneOf{"timm", "sum", "mean"});
}

// What happened to each tensor. Tensors of the model are in the order of its parameters, tensors of the file by name.
struct PretrainedReport {
  struct Adapted {
    std::string name, how;  // "patch_embed.proj.weight", "3 to 8 input channels (timm)"
  };
  std::string file, sha256;
  std::map<std::string, std::size_t> prefixes;  // taken off the names of the file, and of how many
  std::vector<std::string> loaded;              // unchanged
  std::vector<Adapted> adapted;                 // converted to the shape of the model
  std::vector<std::string> replaced;    // the classifier, if its number of outputs differs: keeps its initial values
  std::vector<std::string> missing;     // not in the file: keep their initial values
  std::vector<std::string> unexpected;  // in the file, not in the model
  std::string classifier;               // "head: replaced (1000 outputs in the file, 1 in the model)"
  double share = 0;                     // fraction of the model's parameters that come from the file
};

Json to_json(const PretrainedReport& report);

// A summary for the terminal: counts, and the names of tensors that were not loaded unchanged.
std::vector<std::string> summary_lines(const PretrainedReport& report);

// Copies the weights of a file, which must have timm's names, into `model`. These are converted if necessary:
//   the input convolution to the number of channels of the model, depending on `channels`
//   (model/io/resampled_weights.h); "pos_embed", "*.relative_position_bias_table" and "patch_embed.proj.weight" to its
//   image, window and patch size; linear layers to 1 x 1 convolutions and vice versa; the names of
//   "layers.*.downsample" and "head" in Swin's first release to the current ones; the names of the first layers of an
//   EfficientNet to those of the front end of EffSwin; names with the prefixes "module.", "_orig_mod." and "model." of
//   PyTorch's wrappers to those without.
// Buffers that follow from the model (is_derived_buffer) are ignored. Throws Error with the tensor and its shapes if it
// cannot be converted to the shape of the model, is not floating point or has a value that is not finite. Also throws
// Error if no tensor fits, or if those that fit are less than 1 % of the model's parameters. In these cases nothing is
// copied.
PretrainedReport load_pretrained(Model& model, const PretrainedOptions& options);

// The same for weights in memory; `source` is their name in messages.
PretrainedReport load_pretrained(Model& model, std::map<std::string, at::Tensor> weights, const std::string& channels,
                                 const std::string& source);

}  // namespace jetvit
