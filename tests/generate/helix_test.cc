#include "generate/helix.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include <gtest/gtest.h>

#include "generate/detector.h"

namespace jetvit {
namespace {

constexpr double kRadius = 1290, kHalfLength = 3000;  // mm

Particle particle_of(double pt, double eta, double phi, int charge) {
  Particle particle;
  particle.px = pt * std::cos(phi);
  particle.py = pt * std::sin(phi);
  particle.pz = pt * std::sinh(eta);
  particle.e = pt * std::cosh(eta);
  particle.charge = charge;
  return particle;
}

struct Point {
  double eta = 0, phi = 0;
  bool in_barrel = false;
};

// Integrates the equations of motion in a field of 3.8 T along z (p [GeV] = 0.3 B [T] R [m]) with the fourth-order
// Runge-Kutta method until the particle leaves the cylinder.
Point integrate(const Particle& particle) {
  const double pt = particle.pt();
  const double turn_per_mm = -particle.charge * 0.3 * 3.8 / (1000 * pt);
  const double step = 0.05;  // mm in the transverse plane
  double x = particle.x, y = particle.y, z = particle.z, u = particle.phi();
  while (true) {
    const double middle = u + turn_per_mm * step / 2, end = u + turn_per_mm * step;
    const double next_x = x + step / 6 * (std::cos(u) + 4 * std::cos(middle) + std::cos(end));
    const double next_y = y + step / 6 * (std::sin(u) + 4 * std::sin(middle) + std::sin(end));
    const double next_z = z + step * particle.pz / pt;
    const bool is_through_barrel = std::hypot(next_x, next_y) >= kRadius;
    if (is_through_barrel || std::abs(next_z) >= kHalfLength) {
      return {std::asinh(next_z / std::hypot(next_x, next_y)), std::atan2(next_y, next_x), is_through_barrel};
    }
    x = next_x, y = next_y, z = next_z, u = end;
  }
}

using Flight = std::tuple<double, double, int>;  // pT (GeV), eta, charge

class Helix : public testing::TestWithParam<Flight> {};

// A step of 0.05 mm is less than 2e-4 at 1.3 m, and at 30 cm if an endcap is hit near the beam.
TEST_P(Helix, AgreesWithTheEquationsOfMotion) {
  const auto [pt, eta, charge] = GetParam();
  for (const double phi : {-2.8, 0.3, 1.9}) {
    Particle particle = particle_of(pt, eta, phi, charge);
    particle.x = 3;
    particle.y = -7;
    particle.z = 60;
    const Direction found = propagate(particle, kRadius, kHalfLength, false);
    const Point expected = integrate(particle);
    ASSERT_TRUE(found.reached);
    EXPECT_NEAR(found.eta, expected.eta, 2e-4);
    EXPECT_NEAR(std::remainder(found.phi - expected.phi, 2 * std::numbers::pi), 0, 2e-4);
    EXPECT_EQ(propagate(particle, kRadius, kHalfLength, true).reached, expected.in_barrel);
  }
}

INSTANTIATE_TEST_SUITE_P(Flights, Helix,
                         testing::Combine(testing::Values(0.4, 0.8, 3.0, 120.0), testing::Values(-2.3, -0.6, 0.2, 1.4),
                                          testing::Values(-1, 0, 1)));

TEST(HelixOf, OppositeChargesBendOppositely) {
  const Direction plus = propagate(particle_of(2, 0.4, 0, 1), kRadius, kHalfLength, false);
  const Direction minus = propagate(particle_of(2, 0.4, 0, -1), kRadius, kHalfLength, false);
  EXPECT_LT(plus.phi, -0.1);
  EXPECT_NEAR(plus.phi, -minus.phi, 1e-12);
  EXPECT_NEAR(plus.eta, minus.eta, 1e-12);
}

// For a chord of a circle, the azimuth shifts by asin(R / 2 rho).
TEST(HelixOf, FromTheCenterTheShiftIsThatOfAChord) {
  const double rho = 2 / (0.3 * 3.8) * 1000;
  const Direction found = propagate(particle_of(2, 0, 0.5, -1), kRadius, kHalfLength, false);
  EXPECT_NEAR(found.phi, 0.5 + std::asin(kRadius / (2 * rho)), 1e-12);
}

// A particle of 0.4 GeV has a radius of 351 mm: at eta = 0.1 it would need 13 turns to reach the endcap.
TEST(HelixOf, LoopersOfMoreThanTenTurnsEndInTheTracker) {
  EXPECT_FALSE(propagate(particle_of(0.4, 0.1, 0, 1), kRadius, kHalfLength, false).reached);
  EXPECT_TRUE(propagate(particle_of(0.4, 0.2, 0, 1), kRadius, kHalfLength, false).reached);
}

TEST(HelixOf, ParticlesProducedOutsideDoNotReachTheFace) {
  Particle particle = particle_of(5, 0, 0, 0);
  particle.x = 1400;
  EXPECT_FALSE(propagate(particle, kRadius, kHalfLength, false).reached);
  particle.x = 0;
  particle.z = 3100;
  particle.pz = 1;
  EXPECT_FALSE(propagate(particle, kRadius, kHalfLength, false).reached);
}

// The point next to the beam line, in steps of 0.01 mm backwards and forwards: up to half a circle, or 1.5 m.
ClosestApproach search(const Particle& particle) {
  const double pt = particle.pt();
  const double turn_per_mm = -particle.charge * 0.3 * 3.8 / (1000 * pt);
  const double half = std::min(std::numbers::pi / std::abs(turn_per_mm), 1500.0), step = 0.01;
  ClosestApproach found;
  double least = std::hypot(particle.x, particle.y) + 1;
  for (const double way : {-1.0, 1.0}) {
    double x = particle.x, y = particle.y;
    for (double path = 0; path < half; path += step) {
      const double u = particle.phi() + way * turn_per_mm * path;
      if (std::hypot(x, y) < least) {
        least = std::hypot(x, y);
        found = {x * std::sin(u) - y * std::cos(u), particle.z + way * path * particle.pz / pt};
      }
      const double middle = u + way * turn_per_mm * step / 2;
      x += way * step * std::cos(middle);
      y += way * step * std::sin(middle);
    }
  }
  return found;
}

// A step of 0.01 mm moves the closest point by as much along the path, and d0 by less.
TEST(HelixOf, TheClosestApproachIsThatOfTheCurvedPath) {
  for (const int charge : {-1, 1}) {
    for (const double pt : {0.5, 1.0, 5.0}) {
      for (const double phi : {-2.0, 0.4, 1.3, 3.0}) {
        Particle particle = particle_of(pt, 0.7, phi, charge);
        particle.x = 80;  // as a pion of a K0S
        particle.y = -30;
        particle.z = 40;
        const ClosestApproach found = closest_approach(particle), expected = search(particle);
        EXPECT_NEAR(found.d0, expected.d0, 0.01) << charge << ' ' << pt << ' ' << phi;
        EXPECT_NEAR(found.z, expected.z, 0.02) << charge << ' ' << pt << ' ' << phi;
      }
    }
  }
}

// At 10 TeV the path is straight: d0 = (x py - y px) / pT.
TEST(HelixOf, TheClosestApproachOfAStraightPath) {
  for (const int charge : {-1, 0, 1}) {
    Particle particle = particle_of(1e4, 0.5, 0.6, charge);
    particle.x = 3;
    particle.y = 2;
    const ClosestApproach found = closest_approach(particle);
    const double along = 3 * std::cos(0.6) + 2 * std::sin(0.6);
    EXPECT_NEAR(found.d0, 3 * std::sin(0.6) - 2 * std::cos(0.6), 2e-6);  // along^2 / (2 * radius)
    EXPECT_NEAR(found.z, -along * std::sinh(0.5), 1e-6);
  }
}

}  // namespace
}  // namespace jetvit
