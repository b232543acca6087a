#pragma once

#include <array>
#include <optional>
#include <vector>

#include "base/random_stream.h"
#include "generate/particle.h"

namespace jetvit {

// The full detector has 56 x 72 HCAL towers of 5 x 5 crystals each (rows along eta, columns along phi).
inline constexpr int kTowerRows = 56, kTowerColumns = 72, kTile = 5;
inline constexpr int kRows = kTowerRows * kTile, kColumns = kTowerColumns * kTile;

// Continuous row at `eta` and column at `phi` (radians), in crystals. Beyond |eta| = 3 the row is outside 0 .. kRows.
double canvas_row(double eta);
double canvas_column(double phi);

// Wraps a column index around the beam: the result is in 0 .. size - 1.
inline int wrap(int value, int size) {
  return ((value % size) + size) % size;
}

// A reconstructed track.
struct Track {
  double pt = 0, eta = 0, phi = 0;  // GeV; radians
  int row = 0, column = 0;  // of the direction at the vertex (quark-gluon) or the position at the ECAL face (top)
  double d0 = 0, dz = 0;    // significances with respect to the hard vertex, in standard deviations
};

// Particle-flow-like object: the input of jet finding. GeV; radians.
struct FlowObject {
  double pt = 0, eta = 0, phi = 0, mass = 0;
};

// Response of a CMS-like detector to all particles of one bunch crossing. Its parameters and their sources are in
// docs/generator.md.
class Detector {
 public:
  // top: tracks are recorded at the ECAL face with d0 and dz, and the hits of the three barrel pixel layers are
  // counted.
  explicit Detector(bool top);

  void clear();
  // Adds one particle. vertex_z: position of the hard collision in mm; the particle's position is absolute.
  void add(const Particle& particle, double vertex_z, RandomStream& random);

  std::vector<float> ecal;                       // [kRows][kColumns], GeV before noise
  std::vector<float> hcal;                       // [kTowerRows][kTowerColumns], GeV before noise
  std::array<std::vector<float>, 3> pixel_hits;  // [kRows][kColumns], counts
  std::vector<Track> tracks;
  std::vector<FlowObject> flow;

 private:
  // Returns the measured pT, or nothing if the track is not found.
  std::optional<double> add_track(const Particle& particle, double vertex_z, RandomStream& random);
  // `fluctuation`: of the energy that the calorimeters measure, in units of their resolution.
  void add_flow(const Particle& particle, std::optional<double> track_pt, double fluctuation);
  void add_calorimeters(const Particle& particle, double fluctuation, RandomStream& random);
  // `smear`: measured over true energy.
  void add_electromagnetic(const Particle& particle, double smear, RandomStream& random);
  void add_spot(double row, double column, double energy);
  void add_tower(double row, double column, double energy);

  bool top_;
};

}  // namespace jetvit
