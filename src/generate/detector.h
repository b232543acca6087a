#pragma once

#include <array>
#include <vector>

#include "base/random_stream.h"
#include "generate/particle.h"

namespace jetvit {

// The full detector: 56 x 72 HCAL towers, each 5 x 5 crystals (rows along eta, columns along phi).
inline constexpr int kTowerRows = 56, kTowerColumns = 72, kTile = 5;
inline constexpr int kRows = kTowerRows * kTile, kColumns = kTowerColumns * kTile;

// Continuous row of the canvas at `eta` (crystals; outside of 0 .. kRows beyond |eta| = 3), column at `phi`.
double canvas_row(double eta);
double canvas_column(double phi);

// A column of a layer of `size` columns, all round the beam.
inline int wrap(int value, int size) {
  return ((value % size) + size) % size;
}

// One track as the reconstruction sees it. Significances are relative to the hard vertex, in sigma.
struct Track {
  double pt = 0, eta = 0, phi = 0;
  int row = 0, column = 0;  // at the vertex for quark-gluon, at the ECAL face for boosted top
  double d0 = 0, dz = 0;
};

// Particle-flow-like object: what jets are made of.
struct FlowObject {
  double pt = 0, eta = 0, phi = 0, mass = 0;
};

// Response of a CMS-like detector to all particles of one bunch crossing. Parameters: docs/generator.md.
class Detector {
 public:
  // `top`: tracks at the ECAL face with d0/dz, and hits of the three barrel pixel layers.
  explicit Detector(bool top);

  void clear();
  // `vertex_z`: of the hard collision, mm; the particle's own position is absolute.
  void add(const Particle& particle, double vertex_z, RandomStream& random);

  std::vector<float> ecal;                       // [kRows][kColumns], GeV before noise
  std::vector<float> hcal;                       // [kTowerRows][kTowerColumns], GeV before noise
  std::array<std::vector<float>, 3> pixel_hits;  // [kRows][kColumns], counts
  std::vector<Track> tracks;
  std::vector<FlowObject> flow;

 private:
  bool add_track(const Particle& particle, double vertex_z, RandomStream& random);
  void add_flow(const Particle& particle, bool tracked, RandomStream& random);
  void add_calorimeters(const Particle& particle, RandomStream& random);
  void add_electromagnetic(const Particle& particle, RandomStream& random);
  void add_spot(double row, double column, double energy);
  void add_tower(double row, double column, double energy);

  bool top_;
};

}  // namespace jetvit
