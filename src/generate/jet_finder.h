#pragma once

#include <vector>

#include "generate/detector.h"
#include "generate/particle.h"

namespace jetvit {

struct FoundJet {
  double pt = 0, eta = 0, phi = 0, mass = 0;  // pt with pile-up subtracted, mass without
};

// Anti-kT jets (FastJet) with pT - rho * pi R^2 > minimum_pt, hardest first; rho is the median density of a grid.
std::vector<FoundJet> find_jets(const std::vector<FlowObject>& objects, double radius, double minimum_pt,
                                bool subtract);

// The same of generated particles, without detector or pile-up: the filter before the expensive steps.
std::vector<FoundJet> find_particle_jets(const std::vector<Particle>& particles, double radius, double minimum_pt);

}  // namespace jetvit
