#include "generate/detector.h"

#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include <gtest/gtest.h>

#include "generate/impact_parameter.h"

namespace jetvit {
namespace {

constexpr int kParticles = 1000;

Particle particle_of(int id, int charge, double energy, double eta, double phi) {
  Particle particle;
  const double pt = energy / std::cosh(eta);
  particle.px = pt * std::cos(phi);
  particle.py = pt * std::sin(phi);
  particle.pz = pt * std::sinh(eta);
  particle.e = energy;
  particle.id = id;
  particle.charge = charge;
  return particle;
}

double sum(const std::vector<float>& cells) {
  return std::accumulate(cells.begin(), cells.end(), 0.0);
}

// The tracks of `count` identical particles, each in an empty detector.
std::vector<Track> tracks_of(const Particle& particle, bool top, int count) {
  Detector detector(top);
  RandomStream random({1, 2});
  std::vector<Track> tracks;
  for (int index = 0; index < count; ++index) {
    detector.clear();
    detector.add(particle, 0, random);
    tracks.insert(tracks.end(), detector.tracks.begin(), detector.tracks.end());
  }
  return tracks;
}

// With a response of 0.72 and a resolution of 2.8 % / sqrt(E), the mean of 1,000 is known to 2e-4. The window of 7
// crystals contains 99.9 % of the shower. Converted photons keep their energy, except for legs below 10 MeV.
TEST(Detector, PhotonsDepositTheirEnergyInTheCrystals) {
  Detector detector(false);
  RandomStream random({3});
  double mean = 0;
  for (int index = 0; index < kParticles; ++index) {
    detector.clear();
    detector.add(particle_of(22, 0, 50, 0.31, 1.0), 0, random);
    mean += sum(detector.ecal) / kParticles;
    EXPECT_EQ(sum(detector.hcal), 0);
  }
  EXPECT_NEAR(mean / (0.72 * 50), 1, 0.003);
}

// Without conversion, the center of energy is the point of impact. Four fifths of the energy are in a core with a width
// of a fifth of a crystal.
TEST(Detector, ShowersAreCenteredOnThePhoton) {
  Detector detector(false);
  RandomStream random({4});
  detector.add(particle_of(11, -1, 1e4, 0.5, 2.0), 0, random);  // bends by 0.1 mrad
  double energy = 0, row = 0, column = 0, largest = 0;
  for (int i = 0; i < kRows; ++i) {
    for (int j = 0; j < kColumns; ++j) {
      const double cell = static_cast<double>(detector.ecal[static_cast<std::size_t>(i * kColumns + j)]);
      energy += cell;
      row += cell * (i + 0.5);
      column += cell * (j + 0.5);
      largest = std::max(largest, cell);
    }
  }
  // Pixels are wider than the core, so that their centers are off by at most half a pixel.
  EXPECT_NEAR(row / energy, canvas_row(0.5), 0.5);
  EXPECT_NEAR(column / energy, canvas_column(2.0), 0.5);
  EXPECT_GT(largest / energy, 0.4);
}

// Objects for the jet finder: tracks are measured to 1 % and 0.015 % per GeV, photons and neutral hadrons as well as
// their calorimeter does (the same numbers as in detector.cc; the mean and the spread of 1,000 are known to 3.2 %
// and 2.2 % of the spread).
TEST(Detector, FlowObjectsHaveTheResolutionOfTheirDetector) {
  struct Kind {
    int id, charge;
    double spread;
  };
  constexpr double kEnergy = 40;
  for (const Kind& kind : {Kind{211, 1, 0.01 + 0.00015 * kEnergy / std::cosh(0.3)},
                           Kind{22, 0, std::hypot(0.028 / std::sqrt(kEnergy), 0.003)},
                           Kind{2112, 0, std::hypot(1 / std::sqrt(kEnergy), 0.05)}}) {
    const Particle particle = particle_of(kind.id, kind.charge, kEnergy, 0.3, 1);
    RandomStream random({21, static_cast<std::uint64_t>(kind.id)});
    Detector detector(false);
    double sum = 0, squares = 0, count = 0;
    for (int index = 0; index < kParticles; ++index) {
      detector.clear();
      detector.add(particle, 0, random);
      if (detector.flow.size() != 1 || detector.tracks.size() != (kind.charge != 0 ? 1U : 0U)) continue;
      const double ratio = detector.flow[0].pt / particle.pt() - 1;
      sum += ratio;
      squares += ratio * ratio;
      ++count;
    }
    ASSERT_GT(count, 0.7 * kParticles) << kind.id;
    EXPECT_NEAR(sum / count, 0, 5 * kind.spread / std::sqrt(count)) << kind.id;
    EXPECT_NEAR(std::sqrt(squares / count) / kind.spread, 1, 0.07) << kind.id;
  }
}

// Minimum-ionizing particles: 1.5 GeV times 0.7 to 1.3 in the towers, 0.25 GeV in one crystal.
TEST(Detector, MuonsIonize) {
  Detector detector(false);
  RandomStream random({5});
  double towers = 0, crystals = 0;
  for (int index = 0; index < kParticles; ++index) {
    detector.clear();
    detector.add(particle_of(13, -1, 40, -0.9, -3.1), 0, random);
    ASSERT_GE(sum(detector.hcal), 0.999 * 1.5 * 0.7);
    ASSERT_LE(sum(detector.hcal), 1.5 * 1.3 * 1.0001);
    towers += sum(detector.hcal) / kParticles;
    crystals += sum(detector.ecal) / kParticles;
  }
  // Uniform numbers with a relative deviation of 0.17: the mean is known to 0.5 % (one standard deviation).
  EXPECT_NEAR(towers, 1.5, 0.02);
  EXPECT_NEAR(crystals, 0.25, 0.004);
}

// On average, the calorimeters measure less than the energy of a hadron.
TEST(Detector, HadronEnergyIsUnderestimated) {
  Detector detector(false);
  RandomStream random({6});
  double seen = 0;
  for (int index = 0; index < kParticles; ++index) {
    detector.clear();
    detector.add(particle_of(211, 1, 30, 0.2, 0.7), 0, random);
    seen += (sum(detector.ecal) + sum(detector.hcal)) / kParticles;
  }
  EXPECT_GT(seen, 0.3 * 30);
  EXPECT_LT(seen, 0.8 * 30);
}

TEST(Detector, ColumnsWrapAroundTheBeam) {
  EXPECT_NEAR(canvas_column(-1e-9), kColumns, 1e-6);
  EXPECT_NEAR(canvas_column(2 * std::numbers::pi + 0.1), canvas_column(0.1), 1e-9);
  Detector detector(false);
  RandomStream random({7});
  detector.add(particle_of(11, 1, 1e5, 0, 0), 0, random);  // where phi wraps around
  double first = 0, last = 0;
  for (std::size_t row = 0; row < kRows; ++row) {
    first += static_cast<double>(detector.ecal[row * kColumns]);
    last += static_cast<double>(detector.ecal[row * kColumns + kColumns - 1]);
  }
  EXPECT_NEAR(first / (first + last), 0.5, 0.02);
  EXPECT_GT(first, 0);
}

// CMS HCAL towers have a width of 0.087 in eta in the barrel, five crystals each. The edge of tower 16 is at 1.392.
TEST(Detector, RowsFollowTheTowers) {
  EXPECT_DOUBLE_EQ(canvas_row(0), kRows / 2);
  EXPECT_NEAR(canvas_row(0.087), kRows / 2 + 5, 1e-9);
  EXPECT_NEAR(canvas_row(-1.392), kRows / 2 - 5 * 16, 1e-9);
  EXPECT_LT(canvas_row(-3.1), 0);
  EXPECT_GT(canvas_row(3.1), kRows);
}

// 95 % of central tracks above 1 GeV are found, 80 % below; pT is smeared by 1 % + 0.015 % per GeV.
TEST(Detector, TracksAreFoundAndMeasured) {
  const auto found = [](double pt) {
    return tracks_of(particle_of(211, 1, pt * std::cosh(0.4), 0.4, 1), false, kParticles);
  };
  const std::vector<Track> hard = found(10), soft = found(0.6), too_soft = found(0.1);
  const double deviation = std::sqrt(0.95 * 0.05 / kParticles);
  EXPECT_NEAR(static_cast<double>(hard.size()) / kParticles, 0.95, 4 * deviation);
  EXPECT_NEAR(static_cast<double>(soft.size()) / kParticles, 0.80, 4 * std::sqrt(0.8 * 0.2 / kParticles));
  EXPECT_TRUE(too_soft.empty());
  double mean = 0, square = 0;
  for (const Track& track : hard) {
    mean += track.pt;
    square += track.pt * track.pt;
  }
  mean /= static_cast<double>(hard.size());
  const double spread = std::sqrt(square / static_cast<double>(hard.size()) - mean * mean);
  EXPECT_NEAR(mean, 10, 4 * 0.115 / std::sqrt(hard.size()));
  EXPECT_NEAR(spread, 0.115, 4 * 0.115 / std::sqrt(2 * hard.size()));
}

// For a particle produced 1 mm from the beam with a perpendicular direction, d0 is 1 mm divided by the resolution, and
// its sign depends on the side. A displacement along the beam changes only dz.
TEST(Detector, SignificancesHaveTheSignOfTheSide) {
  const auto mean_of = [](double x, double z, double Track::*value) {
    Particle particle = particle_of(211, 1, 20, 0, std::numbers::pi / 2);
    particle.x = x;
    particle.z = z;
    const std::vector<Track> tracks = tracks_of(particle, true, 400);
    double total = 0;
    for (const Track& track : tracks) total += track.*value;
    return total / static_cast<double>(tracks.size());
  };
  const double d0 = 1 / d0_resolution(20, 0), dz = 1 / dz_resolution(20, 0);
  const double error = 4 / std::sqrt(400 * 0.9);  // significances have unit width
  EXPECT_NEAR(mean_of(1, 0, &Track::d0), d0, error);
  EXPECT_NEAR(mean_of(-1, 0, &Track::d0), -d0, error);
  EXPECT_NEAR(mean_of(0, 0, &Track::d0), 0, error);
  EXPECT_NEAR(mean_of(0, 2, &Track::dz), 2 * dz, error);
  EXPECT_NEAR(mean_of(0, 2, &Track::d0), 0, error);
}

// The efficiency is 99 % per layer. A track with high pT hits all layers in the same direction.
TEST(Detector, ChargedParticlesHitThePixelLayers) {
  Detector detector(true);
  RandomStream random({8});
  for (int index = 0; index < kParticles; ++index) detector.add(particle_of(211, 1, 100, 0.3, 1.2), 0, random);
  for (const auto& layer : detector.pixel_hits) {
    EXPECT_NEAR(sum(layer) / kParticles, 0.99, 4 * std::sqrt(0.99 * 0.01 / kParticles));
    const auto cell =
        static_cast<std::size_t>(canvas_row(0.3)) * kColumns + static_cast<std::size_t>(canvas_column(1.2));
    EXPECT_GT(static_cast<double>(layer[cell]), 0.9 * kParticles);
  }
  detector.clear();
  for (int index = 0; index < 100; ++index) detector.add(particle_of(22, 0, 100, 0.3, 1.2), 0, random);
  for (const auto& layer : detector.pixel_hits) EXPECT_EQ(sum(layer), 0);
}

// The points of CMS (arXiv:1405.6569, fig. 15, isolated muons) in mm: pT in GeV, |eta|, sigma(d0), sigma(dz). Five of
// each region, read off the table of Delphes (cards/trackResolutionCMS.tcl) at the centers of its bins.
TEST(Detector, ImpactParametersHaveTheResolutionOfCms) {
  struct Point {
    double low, high, eta, d0, dz;  // the bin of pT
  };
  constexpr std::array<Point, 15> kMeasured = {{{0.4959, 0.6058, 0.5, 0.1434, 0.1936},
                                                {0.9041, 1.1044, 0.5, 0.0753, 0.1113},
                                                {2.0134, 2.4595, 0.5, 0.0452, 0.0684},
                                                {8.1737, 9.9849, 0.5, 0.0211, 0.0416},
                                                {90.272, 110.276, 0.5, 0.0104, 0.0283},
                                                {0.4959, 0.6058, 1.2, 0.1595, 0.3199},
                                                {0.9041, 1.1044, 1.2, 0.0926, 0.1982},
                                                {2.0134, 2.4595, 1.2, 0.0488, 0.1031},
                                                {8.1737, 9.9849, 1.2, 0.0221, 0.0541},
                                                {90.272, 110.276, 1.2, 0.0102, 0.0343},
                                                {0.4959, 0.6058, 2.0, 0.2788, 1.1997},
                                                {0.9041, 1.1044, 2.0, 0.1557, 0.6695},
                                                {2.0134, 2.4595, 2.0, 0.0767, 0.3319},
                                                {8.1737, 9.9849, 2.0, 0.0278, 0.1317},
                                                {90.272, 110.276, 2.0, 0.0130, 0.0820}}};
  for (const Point& point : kMeasured) {
    // The places of the points are rounded: 0.1 % in pT.
    const double pt = std::sqrt(point.low * point.high);
    for (const double side : {-1.0, 1.0}) {
      EXPECT_NEAR(d0_resolution(pt, side * point.eta), point.d0, 1e-3 * point.d0) << pt << ' ' << point.eta;
      EXPECT_NEAR(dz_resolution(pt, side * point.eta), point.dz, 1e-3 * point.dz) << pt << ' ' << point.eta;
    }
  }
  // Between two points the value is between theirs; beyond the last ones it stays.
  EXPECT_GT(d0_resolution(10, 0.5), 0.0191);
  EXPECT_LT(d0_resolution(10, 0.5), 0.0211);
  EXPECT_EQ(d0_resolution(1000, 0.5), d0_resolution(500, 0.5));
  EXPECT_EQ(dz_resolution(0.1, 0.5), dz_resolution(0.15, 0.5));
}

// The image and the jet finder see the same measurement: of a track its pT, of a photon the energy in the crystals
// (0.72 of it, but for soft legs of conversions and what the window of 7 crystals misses), of a neutral hadron a
// fluctuation of the same sign in the towers. Independent measurements of the photon, each of 0.53 %, would agree to
// 0.4 % in 40 %.
TEST(Detector, ImageAndJetShareOneMeasurement) {
  RandomStream random({22});
  Detector detector(false);
  double covariance = 0, towers = 0, flow = 0, agreeing = 0, found = 0;
  for (int index = 0; index < 500; ++index) {
    detector.clear();
    detector.add(particle_of(211, 1, 40, 0.3, 1), 0, random);
    for (const Track& track : detector.tracks) EXPECT_EQ(track.pt, detector.flow.at(0).pt);
    found += static_cast<double>(detector.tracks.size());
    detector.clear();
    detector.add(particle_of(22, 0, 40, 0.3, 1), 0, random);
    agreeing += std::abs(sum(detector.ecal) / (0.72 * detector.flow.at(0).pt * std::cosh(0.3)) - 1) < 0.004 ? 1 : 0;
    detector.clear();
    detector.add(particle_of(2112, 0, 40, 0.3, 1), 0, random);
    if (sum(detector.ecal) > 0) continue;
    const double tower = sum(detector.hcal) - 0.674 * 40, object = detector.flow.at(0).pt * std::cosh(0.3) - 40;
    covariance += tower * object;
    towers += tower * tower;
    flow += object * object;
  }
  EXPECT_GT(found, 0.8 * 500);
  EXPECT_GT(agreeing, 0.85 * 500);
  EXPECT_GT(covariance / std::sqrt(towers * flow), 0.99);
}

}  // namespace
}  // namespace jetvit
