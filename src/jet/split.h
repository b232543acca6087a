#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "jet/jet_records.h"

namespace jetvit {

enum class Split : std::uint8_t { kTrain, kValidation, kTest };

inline constexpr std::array<Split, 3> kSplits = {Split::kTrain, Split::kValidation, Split::kTest};

std::string_view split_name(Split split);      // "train", "validation", "test"
Split split_from_name(std::string_view name);  // throws UsageError for any other name

// Fractions of the jets for validation and test; the rest is for training.
struct SplitShares {
  double validation = 0.15;
  double test = 0.15;

  bool operator==(const SplitShares&) const = default;
};

// What decides the split of a jet. None of them depends on the order of files, the number of threads or the sharding.
enum class SplitRule : std::uint8_t {
  kEvent,      // a hash of its observer kEventObserver: all jets of a collision are in one split
  kIdentity,   // a hash of its identity: equal jets are in one split, whatever file they are in
  kFileAndRow  // a hash of its file's name (without folders) and its row, as in earlier versions
};

inline constexpr std::string_view kEventObserver = "event";

std::string_view split_rule_name(SplitRule rule);       // "event", "identity", "file and row"
SplitRule split_rule_from_name(std::string_view name);  // throws Error for any other name

// The split of a jet. Throws Error if the rule is kEvent and the jets have no such observer. A jet whose event number
// is not finite is split by its identity. Jets without identity count as one.
Split split_of(const JetRecords& jets, std::size_t jet, SplitRule rule, std::string_view file_name,
               const SplitShares& shares);

}  // namespace jetvit
