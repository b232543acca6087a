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

// Proton collisions at 8 TeV from Pythia 8 with the numbers of the CUETP8M1 tune. Everything depends on the seed alone.
class CollisionSource {
 public:
  CollisionSource(Process process, std::uint64_t seed);
  ~CollisionSource();
  CollisionSource(const CollisionSource&) = delete;
  CollisionSource& operator=(const CollisionSource&) = delete;

  // The next collision: stable, visible particles with |eta| < 3.2 and the partons to match jets to.
  Collision next();

 private:
  Process process_;
  std::unique_ptr<Pythia8::Pythia> pythia_;
};

// `count` inelastic collisions, made in blocks of 250 on up to `threads` threads; the same whatever their number.
std::vector<std::vector<Particle>> make_pile_up(std::size_t count, std::uint64_t seed, int threads);

}  // namespace jetvit
