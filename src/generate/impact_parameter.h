#pragma once

namespace jetvit {

// Resolution in mm of the transverse and the longitudinal impact parameter of a track with transverse momentum `pt`
// (GeV) at `eta`. Interpolated between the points that CMS measured for isolated muons (arXiv:1405.6569, fig. 15).
double d0_resolution(double pt, double eta);
double dz_resolution(double pt, double eta);

}  // namespace jetvit
