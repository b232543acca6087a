#pragma once

#include <cstdint>
#include <vector>

#include "generate/collision_source.h"
#include "jet/jet_records.h"

namespace jetvit {

// Jets of one class and the work done for them.
struct JetBlock {
  JetRecords jets;  // observers: pt, m0 (GeV), eta
  std::uint64_t collisions = 0, simulated = 0;
};

struct SelectionOptions {
  Process process = Process::gluon;
  std::uint64_t seed = 0;  // of the data set
  std::uint64_t block = 0;
  std::size_t jets = 256;  // number of jets to make
  double pile_up = 21;     // mean number of collisions in addition to the hard one
};

// Generates, simulates and selects collisions until `options.jets` jets are found. `source` must be of the same
// process; it is seeded here. An event gives one jet at most: for quarks and gluons the hardest matched one, if it has
// a picture; for top and QCD the hardest selected one that has a picture. The bias of QCD by pTHat is undone among jets
// of equal pT. The result depends only on the options, the pool and the source. Throws Interrupted on SIGINT, and what
// the source throws.
JetBlock make_jets(const SelectionOptions& options, const std::vector<std::vector<Particle>>& pool,
                   CollisionSource& source);

}  // namespace jetvit
