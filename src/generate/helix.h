#pragma once

#include "generate/particle.h"

namespace jetvit {

// Front face of the calorimeter in mm (Delphes, cards/delphes_card_CMS.tcl).
inline constexpr double kEcalRadius = 1290;
inline constexpr double kEcalHalfLength = 3000;

// A direction seen from the center of the detector.
struct Direction {
  double eta = 0, phi = 0;
  bool reached = false;  // false: the particle does not reach the surface
};

// The point where a particle crosses the cylinder of `radius` and `half_length` (mm), in a magnetic field of 3.8 T.
// With `barrel_only` only the curved face counts (pixel layers), otherwise the endcaps too.
Direction propagate(const Particle& particle, double radius, double half_length, bool barrel_only);

// Where the path of a particle, continued backwards in a field of 3.8 T, is closest to the beam line (x = y = 0).
struct ClosestApproach {
  double d0 = 0;  // distance in mm; its sign is that of x * py - y * px there
  double z = 0;   // mm
};
ClosestApproach closest_approach(const Particle& particle);

}  // namespace jetvit
