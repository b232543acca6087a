#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "generate/collision_source.h"
#include "generate/particle.h"

namespace Pythia8 {
class Pythia;
}

namespace jetvit {

// Proton-proton collisions at 8 TeV from Pythia 8 with the parameters of the CUETP8M1 tune (arXiv:1512.00815). Pythia
// takes about half a second to start (pile-up: several seconds); use one source for many blocks of jets.
class PythiaSource : public CollisionSource {
 public:
  explicit PythiaSource(Process process);  // throws Error if Pythia 8 cannot start
  ~PythiaSource() override;
  PythiaSource(const PythiaSource&) = delete;
  PythiaSource& operator=(const PythiaSource&) = delete;

  void seed(std::uint64_t seed) override;
  Collision next() override;

 private:
  Process process_;
  std::unique_ptr<Pythia8::Pythia> pythia_;
};

// Returns `count` inelastic collisions. They do not depend on the number of threads, which is at least 1. Throws like
// PythiaSource.
std::vector<std::vector<Particle>> make_pile_up(std::size_t count, std::uint64_t seed, int threads);

}  // namespace jetvit
