#include "run/trained_jets.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <utility>

#include <ATen/Functions.h>

#include "base/error.h"
#include "base/reporter.h"
#include "base/text.h"
#include "model/io/safetensors.h"
#include "run/checkpoint.h"
#include "run/run_folder.h"

namespace jetvit {
namespace {

constexpr const char* kTrain = "train";
constexpr const char* kValidation = "validation";
constexpr const char* kFingerprint = "fingerprint";
constexpr const char* kUnknown = "unknown";
constexpr const char* kAncestor = "jetvit_trained_weights";  // in files of weights that are no checkpoints

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

void merge_keys(std::vector<std::int64_t>& keys, const std::vector<std::int64_t>& more) {
  std::vector<std::int64_t> all;
  std::set_union(keys.begin(), keys.end(), more.begin(), more.end(), std::back_inserter(all));
  keys = std::move(all);
}

std::string value_of(const std::map<std::string, std::string>& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? "" : found->second;
}

// The fingerprint of the data on which a run, or a checkpoint, was trained. Empty if there is no checkpoint to tell.
std::string fingerprint_of(const std::filesystem::path& run_or_checkpoint) {
  std::vector<std::filesystem::path> checkpoints = {run_or_checkpoint};
  if (std::filesystem::is_directory(run_or_checkpoint)) {
    checkpoints = {run_or_checkpoint / kBestFile, run_or_checkpoint / kLastFile};
  }
  for (const std::filesystem::path& checkpoint : checkpoints) {
    if (!std::filesystem::exists(checkpoint)) continue;
    try {
      return read_description(checkpoint).data.fingerprint;
    } catch (const Error&) {
      return "";  // whoever loads its weights reports the damage
    }
  }
  return "";
}

// The weights of a training of jetvit in the ancestry of this file: itself, or those that it was made from. Empty:
// none.
std::string trained_ancestor(const std::filesystem::path& weights) {
  const std::map<std::string, std::string> metadata = read_safetensors_metadata(weights);
  return is_checkpoint(metadata) ? weights.string() : value_of(metadata, kAncestor);
}

}  // namespace

std::optional<TrainedJets> TrainedJets::of(const JetRecords& train, const JetRecords& validation,
                                           std::string fingerprint) {
  if (train.identity.empty() || validation.identity.empty()) return std::nullopt;
  TrainedJets jets;
  jets.train_ = sorted_keys(train.identity);
  jets.validation_ = sorted_keys(validation.identity);
  jets.fingerprint_ = std::move(fingerprint);
  return jets;
}

std::optional<TrainedJets> TrainedJets::read(const std::filesystem::path& run_or_checkpoint) {
  const bool is_run = std::filesystem::is_directory(run_or_checkpoint);
  const std::filesystem::path path = (is_run ? run_or_checkpoint : run_or_checkpoint.parent_path()) / kTrainedJetsFile;
  if (!std::filesystem::exists(path)) return std::nullopt;
  const TensorFile file = read_safetensors(path);
  TrainedJets jets;
  try {
    jets.train_ = keys_from(file, kTrain);
    jets.validation_ = keys_from(file, kValidation);
    jets.fingerprint_ = value_of(file.metadata, kFingerprint);
    jets.unknown_ = value_of(file.metadata, kUnknown);
  } catch (const Error& error) {
    throw Error(text(path, ": is not the list of the jets of a training (", error.what(), ")"));
  }
  const std::string trained_on = fingerprint_of(run_or_checkpoint);
  if (!jets.fingerprint_.empty() && !trained_on.empty() && jets.fingerprint_ != trained_on) {
    throw Error(text(path, ": lists the jets of another training than that of ", run_or_checkpoint,
                     " (put back the list of its run, or remove this one: the jets are unknown then)"));
  }
  return jets;
}

TrainedJets TrainedJets::of_weights(const std::filesystem::path& weights) {
  TrainedJets jets;
  const std::string ancestor = trained_ancestor(weights);
  if (ancestor.empty()) return jets;
  if (ancestor == weights) {
    if (std::optional<TrainedJets> own = read(weights)) return *std::move(own);
  }
  jets.add_unknown(ancestor);
  return jets;
}

void TrainedJets::add(const TrainedJets& earlier) {
  merge_keys(train_, earlier.train_);
  merge_keys(validation_, earlier.validation_);
  if (!earlier.unknown_.empty()) unknown_ = earlier.unknown_;
}

void TrainedJets::write(const std::filesystem::path& run) const {
  std::map<std::string, std::string> metadata = {{kFingerprint, fingerprint_}};
  if (!unknown_.empty()) metadata[kUnknown] = unknown_;
  write_safetensors(run / kTrainedJetsFile,
                    {{{kTrain, to_tensor(train_)}, {kValidation, to_tensor(validation_)}}, metadata});
}

bool TrainedJets::is_trained(const JetIdentity& jet) const {
  return contains(train_, jet);
}

bool TrainedJets::is_validation(const JetIdentity& jet) const {
  return contains(validation_, jet);
}

std::uint64_t TrainedJets::count_trained(const std::vector<JetIdentity>& jets) const {
  return static_cast<std::uint64_t>(
      std::count_if(jets.begin(), jets.end(), [this](const JetIdentity& jet) { return is_trained(jet); }));
}

std::string reason_unknown(const std::optional<TrainedJets>& jets) {
  if (!jets) return "it has no list of the jets that it was trained on";
  if (jets->unknown().empty()) return "";
  return text("no list names the jets that ", printable(jets->unknown()), " was trained on, which it started from");
}

void note_unknown_identities(const std::string& name, const std::string& reason, const std::string& effect) {
  reporter().note(text(printable(name), ": identities unknown (", reason, "): ", effect));
}

std::map<std::string, std::string> ancestry_of(const std::filesystem::path& pretrained) {
  const std::string ancestor = trained_ancestor(pretrained);
  if (ancestor.empty()) return {};
  return {{kAncestor, ancestor}};
}

}  // namespace jetvit
