#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "generate/particle.h"

namespace Pythia8 {
class Pythia;
}

namespace jetvit {

enum class Process { gluon, quark, qcd, top, pile_up };

// The cross section of QCD falls steeply; its collisions are drawn with this power of pTHat as an additional factor.
inline constexpr double kQcdBias = 2;

// Proton-proton collisions at 8 TeV from Pythia 8 with the parameters of the CUETP8M1 tune (arXiv:1512.00815). Pythia
// takes about half a second to start (pile-up: several seconds); use one source for many blocks of jets.
class CollisionSource {
 public:
  explicit CollisionSource(Process process);  // throws Error if Pythia 8 cannot start
  ~CollisionSource();
  CollisionSource(const CollisionSource&) = delete;
  CollisionSource& operator=(const CollisionSource&) = delete;

  // Restarts the random number generator. The following collisions depend only on the process and the seed.
  void seed(std::uint64_t seed);
  // The next collision: stable, visible particles with |eta| < 3.2 and the partons that jets are matched to. Throws
  // Error if Pythia fails repeatedly, Interrupted on SIGINT.
  Collision next();

 private:
  Process process_;
  std::unique_ptr<Pythia8::Pythia> pythia_;
};

// Returns `count` inelastic collisions. They do not depend on the number of threads, which is at least 1. Throws like
// CollisionSource.
std::vector<std::vector<Particle>> make_pile_up(std::size_t count, std::uint64_t seed, int threads);

}  // namespace jetvit
