#pragma once

#include <vector>

#include "generate/detector.h"
#include "generate/particle.h"

namespace jetvit {

struct FoundJet {
  double pt = 0, eta = 0, phi = 0, mass = 0;  // GeV; pile-up is subtracted from pt, not from mass
};

// Anti-kT jets of the given radius R (FastJet) with pT - rho * pi R^2 > minimum_pt (GeV), hardest first. rho is the
// median pT density over a grid; 0 if `subtract` is false.
std::vector<FoundJet> find_jets(const std::vector<FlowObject>& objects, double radius, double minimum_pt,
                                bool subtract);

// The same for generated particles, without pile-up subtraction. It filters collisions before the expensive steps.
std::vector<FoundJet> find_particle_jets(const std::vector<Particle>& particles, double radius, double minimum_pt);

}  // namespace jetvit
