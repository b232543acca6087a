#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

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

// The split of a jet, from a hash of its file's name (without folders) and its row. It does not depend on the order of
// files, the number of threads or the sharding.
Split split_of(std::string_view file_name, std::uint64_t row, const SplitShares& shares);

}  // namespace jetvit
