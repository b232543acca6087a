#pragma once

#include <cstdint>
#include <vector>

#include "generate/collisions.h"
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
// process; it is seeded here. An event gives one jet at most, and the bias of QCD by pTHat is undone among jets of
// equal pT. The result depends only on the options and the pool. Throws Interrupted on SIGINT, Error if Pythia 8 fails.
JetBlock make_jets(const SelectionOptions& options, const std::vector<std::vector<Particle>>& pool,
                   CollisionSource& source);

}  // namespace jetvit
