#pragma once

#include <map>
#include <string>
#include <string_view>

#include <ATen/core/Tensor.h>

#include "base/options.h"

// Names that jetvit 0.1 used in recipes, runs and checkpoints, before it adopted the spelling of torch, and keys that
// it did not have. Files of runs are translated when they are read. In a recipe or an override, a former name is an
// error that gives the new name.
namespace jetvit {

// Throws UsageError if `key`, the first part of a recipe key ("optimiser", "stage"), is a former name.
void refuse_former_name(std::string_view key);

// Translates the description of a checkpoint (Checkpoint::about) in place. Its recipe gets the keys whose default is
// not what the version that wrote it did: train.drop_last.
void translate_former_names(Json& about);

// Renames the tensors of a checkpoint in place: "optimiser.*" to "optimizer.*".
void translate_former_names(std::map<std::string, at::Tensor>& tensors);

// A row of metrics.jsonl with the current keys, in the same order.
Json with_current_names(const Json& row);

}  // namespace jetvit
