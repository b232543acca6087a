#include "generate/impact_parameter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace jetvit {
namespace {

// Resolutions in mm at pT = kFirstPt * exp(kStep * n) for |eta| <= 0.9, <= 1.4 and <= 2.5: the measured points of
// isolated muons in arXiv:1405.6569 (CMS), fig. 15, as tabulated in the file cards/trackResolutionCMS.tcl of Delphes.
// The points are the (logarithmic) centers of its bins.
constexpr std::size_t kPoints = 34;
constexpr double kFirstPt = 0.2015, kStep = 0.20016;  // GeV; of ln(pT)
using Table = std::array<std::array<double, kPoints>, 3>;
constexpr Table kTransverse = {{
    {0.3543, 0.2809, 0.2304, 0.1917, 0.1737, 0.1434, 0.1060, 0.0893, 0.0753, 0.0670, 0.0577, 0.0524,
     0.0452, 0.0376, 0.0350, 0.0324, 0.0283, 0.0258, 0.0237, 0.0211, 0.0191, 0.0164, 0.0150, 0.0143,
     0.0130, 0.0130, 0.0116, 0.0116, 0.0110, 0.0110, 0.0110, 0.0104, 0.0109, 0.0110},
    {0.4564, 0.3580, 0.3010, 0.2353, 0.2026, 0.1595, 0.1383, 0.1119, 0.0926, 0.0816, 0.0663, 0.0553,
     0.0488, 0.0431, 0.0399, 0.0357, 0.0313, 0.0277, 0.0233, 0.0221, 0.0214, 0.0180, 0.0155, 0.0141,
     0.0128, 0.0134, 0.0121, 0.0108, 0.0101, 0.0101, 0.0101, 0.0102, 0.0088, 0.0095},
    {0.6970, 0.6046, 0.5315, 0.4306, 0.3398, 0.2788, 0.2387, 0.1814, 0.1557, 0.1230, 0.1009, 0.0914,
     0.0767, 0.0638, 0.0544, 0.0468, 0.0425, 0.0385, 0.0331, 0.0278, 0.0256, 0.0236, 0.0217, 0.0196,
     0.0176, 0.0165, 0.0157, 0.0150, 0.0144, 0.0144, 0.0137, 0.0130, 0.0137, 0.0137},
}};
constexpr Table kAlongBeam = {{
    {0.3693, 0.3135, 0.3125, 0.2578, 0.2221, 0.1936, 0.1686, 0.1351, 0.1113, 0.0983, 0.0882, 0.0786,
     0.0684, 0.0615, 0.0551, 0.0516, 0.0484, 0.0450, 0.0416, 0.0416, 0.0382, 0.0350, 0.0317, 0.0316,
     0.0316, 0.0316, 0.0348, 0.0316, 0.0316, 0.0316, 0.0284, 0.0283, 0.0315, 0.0318},
    {0.7062, 0.6010, 0.5992, 0.4959, 0.3877, 0.3199, 0.2649, 0.2518, 0.1982, 0.1587, 0.1399, 0.1199,
     0.1031, 0.0967, 0.0805, 0.0736, 0.0707, 0.0603, 0.0609, 0.0541, 0.0511, 0.0443, 0.0409, 0.0408,
     0.0409, 0.0377, 0.0375, 0.0377, 0.0342, 0.0342, 0.0343, 0.0343, 0.0309, 0.0310},
    {2.1717, 2.0715, 2.0679, 1.7679, 1.4393, 1.1997, 0.9800, 0.8251, 0.6695, 0.5545, 0.4366, 0.3711,
     0.3319, 0.2721, 0.2443, 0.2085, 0.1816, 0.1641, 0.1451, 0.1317, 0.1117, 0.1020, 0.1017, 0.0983,
     0.0882, 0.0847, 0.0814, 0.0784, 0.0817, 0.0750, 0.0816, 0.0820, 0.0814, 0.0850},
}};

// Between two points the logarithm of the resolution is linear in that of pT. Outside the points it is that of the
// nearest one.
double interpolate(const Table& table, double pt, double eta) {
  const double size = std::abs(eta);
  const auto& points = table[size <= 0.9 ? 0 : size <= 1.4 ? 1 : 2];
  const double place = std::clamp(std::log(pt / kFirstPt) / kStep, 0.0, static_cast<double>(kPoints - 1));
  const auto below = std::min(static_cast<std::size_t>(place), kPoints - 2);
  const double share = place - static_cast<double>(below);
  return std::pow(points[below], 1 - share) * std::pow(points[below + 1], share);
}

}  // namespace

double d0_resolution(double pt, double eta) {
  return interpolate(kTransverse, pt, eta);
}

double dz_resolution(double pt, double eta) {
  return interpolate(kAlongBeam, pt, eta);
}

}  // namespace jetvit
