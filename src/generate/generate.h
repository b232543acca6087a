#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "generate/particle.h"
#include "jet/jet_records.h"

namespace jetvit {

struct GenerateOptions {
  bool top = false;         // boosted top against QCD instead of quark against gluon
  std::size_t jets = 1000;  // to write, half of each class
  std::uint64_t seed = 1;
  double pile_up = 21;
  int threads = 1;
};

// What a set has cost.
struct Generated {
  std::uint64_t collisions = 0;  // made in full
  std::uint64_t simulated = 0;   // passed through the detector
  std::uint64_t selected = 0;    // jets found; those without partner are left out
};

// The pile-up collisions that a set of `options.jets` jets draws from: 250 to 2,000, none where pile_up is 0.
std::vector<std::vector<Particle>> pile_up_pool(const GenerateOptions& options);

// Makes the set. `sink` gets it in order on the calling thread, in chunks of up to 512 jets of both classes in random
// order; observers: pt, m0 (GeV), eta. The jets depend on all options but `threads`, and on the pool. Memory does not
// grow with the number of jets. Throws Interrupted on SIGINT.
Generated generate(const GenerateOptions& options, const std::vector<std::vector<Particle>>& pool,
                   const std::function<void(const JetRecords&)>& sink);

}  // namespace jetvit
