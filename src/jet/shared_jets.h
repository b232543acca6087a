#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "jet/jet_identity.h"
#include "jet/jet_records.h"
#include "jet/split.h"

namespace jetvit {

// Identities of the jets of a split, and where they come from.
struct JetOrigins {
  std::vector<JetIdentity> identity;
  std::vector<std::uint32_t> source_file;
  std::vector<std::uint64_t> source_row;

  void append(const JetOrigins& other);
};

JetOrigins origins_of(const JetRecords& jets);

// Jets of one split that are in an earlier split too.
struct SharedJets {
  struct Place {
    std::uint32_t source_file = 0;
    std::uint64_t source_row = 0;
  };

  Split earlier = Split::kTrain, later = Split::kTest;
  std::uint64_t count = 0, jets = 0;  // of the later split: jets that are shared, and all jets
  Place in_earlier, in_later;         // of the first shared jet
};

// Compares every two splits by the identities of their jets. Returns the first pair that shares jets.
std::optional<SharedJets> find_shared_jets(const std::array<JetOrigins, 3>& splits);

}  // namespace jetvit
