#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

namespace jetvit {

// A stable particle of one collision.
struct Particle {
  double px = 0, py = 0, pz = 0, e = 0;  // GeV
  double x = 0, y = 0, z = 0;            // production point, in mm from the center of the detector
  int id = 0;                            // PDG code
  int charge = 0;                        // in units of e

  double pt() const { return std::hypot(px, py); }
  double eta() const { return std::asinh(pz / std::max(pt(), 1e-9)); }
  double phi() const { return std::atan2(py, px); }
  bool is_photon() const { return id == 22; }
  bool is_electron() const { return std::abs(id) == 11; }
  bool is_muon() const { return std::abs(id) == 13; }
};

// A parton that jets are matched to. GeV; radians.
struct Parton {
  int id = 0;  // PDG code
  double pt = 0, eta = 0, phi = 0;
};

struct Collision {
  std::vector<Particle> particles;
  std::vector<Parton> partons;
  double pt_hat = 0;  // of the hard process, GeV
};

inline double wrap_phi(double phi) {
  return std::remainder(phi, 2 * M_PI);
}
inline double distance(double eta1, double phi1, double eta2, double phi2) {
  return std::hypot(eta1 - eta2, wrap_phi(phi1 - phi2));
}

}  // namespace jetvit
