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

// Proton collisions at 8 TeV from Pythia 8 with the numbers of the CUETP8M1 tune. Starting takes about half a second
// (pile-up: several seconds), so that one source serves many blocks of jets.
class CollisionSource {
 public:
  explicit CollisionSource(Process process);
  ~CollisionSource();
  CollisionSource(const CollisionSource&) = delete;
  CollisionSource& operator=(const CollisionSource&) = delete;

  // Starts the random numbers anew: the collisions after this depend on the process and the seed alone, whatever was
  // made before.
  void seed(std::uint64_t seed);
  // The next collision: stable, visible particles with |eta| < 3.2 and the partons to match jets to.
  Collision next();

 private:
  Process process_;
  std::unique_ptr<Pythia8::Pythia> pythia_;
};

// `count` inelastic collisions.
std::vector<std::vector<Particle>> make_pile_up(std::size_t count, std::uint64_t seed);

}  // namespace jetvit
