#include "run/trained_jets.h"

#include <algorithm>
#include <bit>

#include <ATen/Functions.h>

#include "base/error.h"
#include "base/text.h"
#include "model/io/safetensors.h"
#include "run/run_folder.h"

namespace jetvit {
namespace {

constexpr const char* kTrain = "train";
constexpr const char* kValidation = "validation";

std::int64_t stored_key(const JetIdentity& jet) {
  return std::bit_cast<std::int64_t>(jet.key());
}

std::vector<std::int64_t> sorted_keys(const std::vector<JetIdentity>& jets) {
  std::vector<std::int64_t> keys;
  keys.reserve(jets.size());
  for (const JetIdentity& jet : jets) {
    if (jet.is_known()) keys.push_back(stored_key(jet));
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

bool contains(const std::vector<std::int64_t>& keys, const JetIdentity& jet) {
  return jet.is_known() && std::binary_search(keys.begin(), keys.end(), stored_key(jet));
}

at::Tensor to_tensor(const std::vector<std::int64_t>& keys) {
  at::Tensor tensor = at::empty({static_cast<std::int64_t>(keys.size())}, at::kLong);
  std::copy(keys.begin(), keys.end(), tensor.mutable_data_ptr<std::int64_t>());
  return tensor;
}

std::vector<std::int64_t> keys_from(const TensorFile& file, const char* name) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end() || found->second.dim() != 1 || found->second.scalar_type() != at::kLong) {
    throw Error(text("it holds no list of int64 numbers named ", name));
  }
  const std::int64_t* begin = found->second.const_data_ptr<std::int64_t>();
  std::vector<std::int64_t> keys(begin, begin + found->second.numel());
  if (!std::is_sorted(keys.begin(), keys.end())) throw Error(text("its list ", name, " is not sorted"));
  return keys;
}

}  // namespace

std::optional<TrainedJets> TrainedJets::of(const JetRecords& train, const JetRecords& validation) {
  if (train.identity.empty() || validation.identity.empty()) return std::nullopt;
  TrainedJets jets;
  jets.train_ = sorted_keys(train.identity);
  jets.validation_ = sorted_keys(validation.identity);
  return jets;
}

std::optional<TrainedJets> TrainedJets::read(const std::filesystem::path& run_or_checkpoint) {
  const bool is_run = std::filesystem::is_directory(run_or_checkpoint);
  const std::filesystem::path path = (is_run ? run_or_checkpoint : run_or_checkpoint.parent_path()) / kTrainedJetsFile;
  if (!std::filesystem::exists(path)) return std::nullopt;
  const TensorFile file = read_safetensors(path);
  try {
    TrainedJets jets;
    jets.train_ = keys_from(file, kTrain);
    jets.validation_ = keys_from(file, kValidation);
    return jets;
  } catch (const Error& error) {
    throw Error(text(path, ": is not the list of the jets of a training (", error.what(), ")"));
  }
}

void TrainedJets::write(const std::filesystem::path& run) const {
  write_safetensors(run / kTrainedJetsFile, {{{kTrain, to_tensor(train_)}, {kValidation, to_tensor(validation_)}}, {}});
}

bool TrainedJets::is_trained(const JetIdentity& jet) const {
  return contains(train_, jet);
}

bool TrainedJets::is_validation(const JetIdentity& jet) const {
  return contains(validation_, jet);
}

}  // namespace jetvit
