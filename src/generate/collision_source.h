#pragma once

#include <cstdint>

#include "generate/particle.h"

namespace jetvit {

enum class Process { gluon, quark, qcd, top, pile_up };

// The cross section of QCD falls steeply; its collisions are drawn with this power of pTHat as an additional factor.
inline constexpr double kQcdBias = 2;

// Where the collisions of one process come from: Pythia 8 (generate/collisions.h), or a toy with known spectra in
// tests.
class CollisionSource {
 public:
  virtual ~CollisionSource() = default;

  // Restarts the random numbers. The following collisions depend only on the process and the seed.
  virtual void seed(std::uint64_t seed) = 0;
  // The next collision: stable, visible particles with |eta| < 3.2 and the partons that jets are matched to. Throws
  // Error if it fails repeatedly, Interrupted on SIGINT.
  virtual Collision next() = 0;
};

}  // namespace jetvit
