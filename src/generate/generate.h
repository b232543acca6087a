#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "generate/particle.h"
#include "jet/jet_records.h"

namespace jetvit {

struct GenerateOptions {
  bool top = false;         // boosted top vs. QCD instead of quark vs. gluon
  std::size_t jets = 1000;  // number of jets to write, half of each class
  std::uint64_t seed = 1;
  double pile_up = 21;   // mean number of additional collisions
  std::size_t pool = 0;  // number of different pile-up collisions; 0: 20 per jet, between 250 and 20,000
  int threads = 1;
};

// The work done for a data set.
struct Generated {
  std::uint64_t collisions = 0;  // fully generated
  std::uint64_t simulated = 0;   // passed through the detector
  std::uint64_t selected = 0;    // jets that passed the selection; those without a partner are not written
};

// The pile-up collisions that the jets draw from; none if pile_up is 0. Memory: about 7 kB per collision.
// Throws Error if Pythia 8 fails, Interrupted on SIGINT.
std::vector<std::vector<Particle>> pile_up_pool(const GenerateOptions& options);

// Generates the data set. `sink` is called in order on the calling thread with chunks of up to 512 jets, both classes
// in random order; observers: pt, m0 (GeV), eta. The jets depend on the pool and on all options except `threads`.
// Memory does not grow with the number of jets. Throws Interrupted on SIGINT, Error if Pythia 8 fails.
Generated generate(const GenerateOptions& options, const std::vector<std::vector<Particle>>& pool,
                   const std::function<void(const JetRecords&)>& sink);

}  // namespace jetvit
