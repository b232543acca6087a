#include "generate/helix.h"

#include <limits>

namespace jetvit {
namespace {

constexpr double kCurvature = 1000 / (0.3 * 3.8);  // bending radius in mm per GeV of pT at 3.8 T
constexpr double kNever = std::numeric_limits<double>::infinity();

Direction direction(double x, double y, double z) {
  return {std::asinh(z / std::max(std::hypot(x, y), 1e-6)), std::atan2(y, x), true};
}

// Transverse path length (mm) along a straight line to the circle of `radius`; kNever if it starts outside.
double straight_path(const Particle& particle, double radius) {
  const double pt = std::max(particle.pt(), 1e-9);
  const double along = (particle.x * particle.px + particle.y * particle.py) / pt;
  const double apart = particle.x * particle.x + particle.y * particle.y - radius * radius;
  return apart >= 0 ? kNever : -along + std::sqrt(along * along - apart);
}

double positive_turn(double angle) {
  const double turn = std::fmod(angle, 2 * M_PI);
  return turn < 0 ? turn + 2 * M_PI : turn;
}

}  // namespace

Direction propagate(const Particle& particle, double radius, double half_length, bool barrel_only) {
  const double pt = std::max(particle.pt(), 1e-9);
  const double slope = particle.pz / pt;
  const double to_end = slope == 0 ? kNever : (std::copysign(half_length, slope) - particle.z) / slope;
  if (to_end <= 0) return {};
  if (particle.charge == 0) {
    const double path = straight_path(particle, radius);
    if (path == kNever || (barrel_only && to_end < path)) return {};
    const double length = std::min(path, to_end);
    return direction(particle.x + length * particle.px / pt, particle.y + length * particle.py / pt,
                     particle.z + length * slope);
  }
  // A circle around (cx, cy). After turning by the angle t, the direction of flight is u = phi - q t.
  const double q = particle.charge > 0 ? 1 : -1;
  const double rho = pt * kCurvature;
  const double phi = particle.phi();
  const double cx = particle.x + rho * q * std::sin(phi);
  const double cy = particle.y - rho * q * std::cos(phi);
  const double d = std::max(std::hypot(cx, cy), 1e-9);
  const double sine = (radius * radius - d * d - rho * rho) / (2 * rho * q * d);
  double turn = kNever;
  if (std::abs(sine) <= 1 && std::hypot(particle.x, particle.y) < radius) {
    const double a = std::atan2(cy, cx);
    turn =
        std::min(positive_turn(q * (phi - a + std::asin(sine))), positive_turn(q * (phi - a + M_PI - std::asin(sine))));
  }
  const double end_turn = to_end / rho;
  if (barrel_only && (turn == kNever || end_turn < turn)) return {};
  const double least = std::min(turn, end_turn);
  // Particles that loop longer lose their energy in the tracker material.
  if (least > 20 * M_PI) return {};
  const double u = phi - q * least;
  return direction(cx - rho * q * std::sin(u), cy + rho * q * std::cos(u), particle.z + rho * least * slope);
}

ClosestApproach closest_approach(const Particle& particle) {
  const double pt = std::max(particle.pt(), 1e-9);
  const double slope = particle.pz / pt;
  const double straight = (particle.x * particle.py - particle.y * particle.px) / pt;
  const double along = (particle.x * particle.px + particle.y * particle.py) / pt;
  if (particle.charge == 0) return {straight, particle.z - along * slope};
  // A circle of radius rho whose center is d away from the beam: d0 = q (d - rho), written so that no digits are lost
  // where the circle is large. The center lies at (straight + q rho, along) to the right of and along the momentum.
  const double q = particle.charge > 0 ? 1 : -1;
  const double rho = pt * kCurvature;
  const double across = straight + q * rho;
  const double d = std::hypot(across, along);
  const double r2 = particle.x * particle.x + particle.y * particle.y;
  const double d0 = q * (r2 + 2 * q * rho * straight) / (d + rho);
  // The turn from the closest point to the production point, at most half a circle to either side.
  const double turn = std::atan2(along, q * across);
  return {d0, particle.z - rho * turn * slope};
}

}  // namespace jetvit
