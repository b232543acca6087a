#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jet/jet_identity.h"
#include "jet/jet_records.h"

namespace jetvit {

// The jets that the weights of a run were trained on, and those that chose them, also in the trainings of the weights
// that the run started from. A jet is known by the key() of its identity: among a million jets, another jet is taken
// for one of them with probability 5e-14.
class TrainedJets {
 public:
  // No value if a split has no identities. `fingerprint` is that of the data.
  static std::optional<TrainedJets> of(const JetRecords& train, const JetRecords& validation, std::string fingerprint);

  // Reads the list of a run, given its folder or a checkpoint in it. No value if the run has none: it was trained by an
  // earlier version, or on a store of one. Throws Error if the file is damaged, or belongs to a training on other data.
  static std::optional<TrainedJets> read(const std::filesystem::path& run_or_checkpoint);

  // The jets that the weights in a file were trained on. Weights that no training of jetvit made have none; weights
  // without a list are named by unknown(). Throws Error if the file or its list is damaged.
  static TrainedJets of_weights(const std::filesystem::path& weights);

  // Adds the jets of a training whose weights this one starts from.
  void add(const TrainedJets& earlier);

  // Names weights whose jets are not known.
  void add_unknown(const std::filesystem::path& pretrained) { unknown_ = pretrained.string(); }

  // Writes the list into the folder of a run, durably: a safetensors file with the sorted keys of both splits as int64
  // tensors `train` and `validation`, and as metadata `fingerprint` and `unknown`. Throws Error.
  void write(const std::filesystem::path& run) const;

  bool is_trained(const JetIdentity& jet) const;
  bool is_validation(const JetIdentity& jet) const;
  std::uint64_t count_trained(const std::vector<JetIdentity>& jets) const;

  // Of the data; empty in lists of earlier versions.
  const std::string& fingerprint() const { return fingerprint_; }

  // Weights in the ancestry of the run that were trained on jets which no list names. Empty: there are none.
  const std::string& unknown() const { return unknown_; }

 private:
  std::vector<std::int64_t> train_, validation_;  // sorted
  std::string fingerprint_, unknown_;
};

// Why some jets of a training cannot be recognized: it has no list, or none of an ancestor's. Empty: all can.
std::string reason_unknown(const std::optional<TrainedJets>& jets);

// The same for data of a store.
constexpr const char* kDataWithoutIdentities = "prepared by an earlier version; prepare it again to have them";

// "NAME: identities unknown (REASON): EFFECT", as a note.
void note_unknown_identities(const std::string& name, const std::string& reason, const std::string& effect);

// Metadata for a safetensors file of weights that were loaded from `pretrained`: it says whether a training of jetvit
// made them, so that a training that starts from the file knows that it does not know their jets. Throws Error if the
// file cannot be read.
std::map<std::string, std::string> ancestry_of(const std::filesystem::path& pretrained);

}  // namespace jetvit
