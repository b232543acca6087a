#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Jets of the two classes paired in bins of pT (10 GeV; 5 % above 200 GeV) and |eta| (0.2), first come first served,
// so that neither observable tells the classes apart. Returns indices into `jets`, signal and background of one pair
// after the other; jets without partner are left out.
std::vector<std::size_t> pair_classes(const JetRecords& jets);

// Random order of `count` things (Fisher and Yates).
std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed);

}  // namespace jetvit
