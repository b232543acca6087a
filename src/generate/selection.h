#pragma once

#include <cstdint>
#include <vector>

#include "generate/collisions.h"
#include "jet/jet_records.h"

namespace jetvit {

// Jets of one class and what they cost.
struct JetBlock {
  JetRecords jets;  // observers: pt, m0 (GeV), eta
  std::uint64_t collisions = 0, simulated = 0;
};

struct SelectionOptions {
  Process process = Process::gluon;
  std::uint64_t seed = 0;  // of the whole set
  std::uint64_t block = 0;
  std::size_t jets = 256;  // to make
  double pile_up = 21;     // mean number of collisions beside the hard one
};

// Collides, simulates and selects until `jets` jets are found; `source` is of the same process and is seeded here.
// Depends on the options and the pool alone. Throws Interrupted on SIGINT.
JetBlock make_jets(const SelectionOptions& options, const std::vector<std::vector<Particle>>& pool,
                   CollisionSource& source);

}  // namespace jetvit
