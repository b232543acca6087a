#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "jet/jet_identity.h"
#include "jet/jet_records.h"

namespace jetvit {

// The jets that a run was trained on, and those that chose its best weights. A jet is known by the key() of its
// identity: among a million jets, another jet is taken for one of them with probability 5e-14.
class TrainedJets {
 public:
  // No value if a split has no identities.
  static std::optional<TrainedJets> of(const JetRecords& train, const JetRecords& validation);

  // Reads the list of a run, given its folder or a checkpoint in it. No value if the run has none: it was trained by an
  // earlier version, or on a store of one. Throws Error if the file is damaged.
  static std::optional<TrainedJets> read(const std::filesystem::path& run_or_checkpoint);

  // Writes the list into the folder of a run, durably: a safetensors file with the sorted keys of both splits as int64
  // tensors `train` and `validation`. Throws Error.
  void write(const std::filesystem::path& run) const;

  bool is_trained(const JetIdentity& jet) const;
  bool is_validation(const JetIdentity& jet) const;

 private:
  std::vector<std::int64_t> train_, validation_;  // sorted
};

}  // namespace jetvit
