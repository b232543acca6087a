#pragma once

#include "generate/particle.h"

namespace jetvit {

// Front face of the calorimeter, mm (Delphes, cards/delphes_card_CMS.tcl).
inline constexpr double kEcalRadius = 1290;
inline constexpr double kEcalHalfLength = 3000;

// A direction seen from the centre of the detector.
struct Direction {
  double eta = 0, phi = 0;
  bool reached = false;
};

// Where the particle crosses the cylinder of `radius` and `half_length` (mm) in the field of 3.8 T. With
// `barrel_only` it must cross the curved face (pixel layers); otherwise the end caps count too.
Direction propagate(const Particle& particle, double radius, double half_length, bool barrel_only);

}  // namespace jetvit
