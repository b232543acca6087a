#include "generate/detector.h"

#include <algorithm>
#include <cmath>

#include "base/draws.h"
#include "generate/helix.h"
#include "generate/impact_parameter.h"

namespace jetvit {
namespace {

// Edges of the HCAL towers in |eta| (CMS HCAL barrel and endcap, |ieta| 1 .. 28).
constexpr std::array<double, 29> kEdges = {0.000, 0.087, 0.174, 0.261, 0.348, 0.435, 0.522, 0.609, 0.696, 0.783,
                                           0.870, 0.957, 1.044, 1.131, 1.218, 1.305, 1.392, 1.479, 1.566, 1.653,
                                           1.740, 1.830, 1.930, 2.043, 2.172, 2.322, 2.500, 2.650, 3.000};
constexpr std::array<double, 3> kPixelRadius = {44, 73, 102};  // mm, JINST 3 S08004
constexpr double kPixelHalfLength = 265;
constexpr double kPixelEfficiency = 0.99;

constexpr double kTrackPt = 0.20, kTrackPtTop = 0.50;  // GeV
constexpr double kTrackEta = 2.5;
constexpr double kTrackerRadius = 500;  // mm; tracks produced further out are not found
constexpr double kElectromagneticResponse = 0.72;
constexpr double kHadronResponse = 0.40;
constexpr double kSpotEnergy = 0.3;        // GeV
constexpr double kSpotRadius = 1.3;        // crystals
constexpr double kMinimumIonizing = 0.25;  // GeV in the ECAL
constexpr double kTowerSpread = 0.30;      // towers
constexpr double kLeastPtAtFace = 0.735;   // GeV; a charged particle of less curls up before the ECAL at 1.29 m

double track_efficiency(double pt, double eta) {
  if (std::abs(eta) < 1.5) return pt < 1 ? 0.80 : 0.95;
  return pt < 1 ? 0.60 : 0.85;
}

// Relative resolution of a calorimeter at the energy e (GeV): stochastic and constant term.
double electromagnetic_resolution(double e) {
  return std::hypot(0.028 / std::sqrt(e), 0.003);
}
double hadron_resolution(double e) {
  return std::hypot(1 / std::sqrt(e), 0.05);
}

double cumulative(double x) {
  return 0.5 * std::erfc(-x * M_SQRT1_2);
}

// The fractions of a Gaussian at `center` in the cells first .. first + kCells - 1. All in units of cells.
template <std::size_t kCells>
std::array<double, kCells> shares(double center, int first, double width) {
  std::array<double, kCells> out;
  double below = cumulative((first - center) / width);
  for (std::size_t cell = 0; cell < kCells; ++cell) {
    const double above = cumulative((first + static_cast<int>(cell) + 1 - center) / width);
    out[cell] = above - below;
    below = above;
  }
  return out;
}

std::size_t cell(int row, int column) {
  return static_cast<std::size_t>(row) * kColumns + static_cast<std::size_t>(wrap(column, kColumns));
}

}  // namespace

double canvas_row(double eta) {
  const double size = std::abs(eta);
  if (size >= kEdges.back()) return eta < 0 ? -1 : kRows + 1;
  const auto above = std::upper_bound(kEdges.begin(), kEdges.end(), size);
  const double tower =
      static_cast<double>(above - kEdges.begin() - 1) + (size - *(above - 1)) / (*above - *(above - 1));
  return (static_cast<double>(kTowerRows) / 2 + std::copysign(tower, eta)) * kTile;
}

double canvas_column(double phi) {
  const double turns = phi / (2 * M_PI);
  return (turns - std::floor(turns)) * kColumns;
}

Detector::Detector(bool top) : top_(top) {
  clear();
}

void Detector::clear() {
  ecal.assign(static_cast<std::size_t>(kRows) * kColumns, 0);
  hcal.assign(static_cast<std::size_t>(kTowerRows) * kTowerColumns, 0);
  if (top_) {
    for (auto& layer : pixel_hits) layer.assign(ecal.size(), 0);
  }
  tracks.clear();
  flow.clear();
}

void Detector::add(const Particle& particle, double vertex_z, RandomStream& random) {
  const std::optional<double> track_pt =
      particle.charge != 0 ? add_track(particle, vertex_z, random) : std::optional<double>();
  // One fluctuation of the calorimeters is seen by the image and by the jet finder.
  const double fluctuation = draw_normal(random);
  add_flow(particle, track_pt, fluctuation);
  add_calorimeters(particle, fluctuation, random);
  if (!top_ || particle.charge == 0) return;
  for (std::size_t layer = 0; layer < kPixelRadius.size(); ++layer) {
    if (!random.chance(kPixelEfficiency)) continue;
    Particle seen = particle;
    const Direction hit = propagate(seen, kPixelRadius[layer], kPixelHalfLength, true);
    if (!hit.reached) continue;
    // As seen from the hard vertex, projected onto the crystals along a straight line.
    const double z = kPixelRadius[layer] * std::sinh(hit.eta) - vertex_z;
    const int row = static_cast<int>(std::floor(canvas_row(std::asinh(z / kPixelRadius[layer]))));
    if (row < 0 || row >= kRows) continue;
    pixel_hits[layer][cell(row, static_cast<int>(canvas_column(hit.phi)))] += 1;
  }
}

std::optional<double> Detector::add_track(const Particle& particle, double vertex_z, RandomStream& random) {
  const double eta = particle.eta();
  const double made_at = std::hypot(particle.x, particle.y);
  const double pt = particle.pt();
  if (pt < (top_ ? kTrackPtTop : kTrackPt) || std::abs(eta) > kTrackEta || made_at > kTrackerRadius) return {};
  if (!random.chance(track_efficiency(pt, eta) * (1 - made_at / kTrackerRadius))) return {};
  Track track;
  const double spread = (0.01 + 0.00015 * pt) * (std::abs(eta) > 1.5 ? 2 : 1);
  track.pt = std::max(pt * (1 + spread * draw_normal(random)), 0.05);
  track.eta = eta;
  track.phi = particle.phi();
  double row_eta = track.eta, column_phi = track.phi;
  if (top_) {
    const ClosestApproach closest = closest_approach(particle);
    track.d0 = closest.d0 / d0_resolution(pt, eta) + draw_normal(random);
    track.dz = (closest.z - vertex_z) / dz_resolution(pt, eta) + draw_normal(random);
    const Direction face = propagate(particle, kEcalRadius, kEcalHalfLength, false);
    if (!face.reached) return track.pt;
    row_eta = face.eta;
    column_phi = face.phi;
  }
  track.row = static_cast<int>(std::floor(canvas_row(row_eta)));
  track.column = static_cast<int>(canvas_column(column_phi)) % kColumns;
  if (track.row >= 0 && track.row < kRows) tracks.push_back(track);
  return track.pt;
}

void Detector::add_flow(const Particle& particle, std::optional<double> track_pt, double fluctuation) {
  const double e = particle.e;
  if (!track_pt && particle.charge != 0 && particle.pt() < kLeastPtAtFace) return;
  const bool is_electromagnetic = particle.is_photon() || particle.is_electron();
  const double resolution = is_electromagnetic ? electromagnetic_resolution(e) : hadron_resolution(e);
  const double pt = track_pt ? *track_pt : particle.pt() * (1 + resolution * fluctuation);
  if (pt < 0.2) return;
  const double mass = std::sqrt(std::max(0.0, e * e - particle.pt() * particle.pt() - particle.pz * particle.pz));
  flow.push_back({pt, particle.eta(), particle.phi(), mass});
}

void Detector::add_calorimeters(const Particle& particle, double fluctuation, RandomStream& random) {
  if (particle.is_photon() || particle.is_electron()) {
    add_electromagnetic(particle, 1 + electromagnetic_resolution(particle.e) * fluctuation, random);
    return;
  }
  const Direction face = propagate(particle, kEcalRadius, kEcalHalfLength, false);
  if (!face.reached) return;
  const double row = canvas_row(face.eta), column = canvas_column(face.phi);
  if (particle.is_muon()) {
    add_spot(row, column, kMinimumIonizing * random.uniform(0.7, 1.3));
    add_tower(row / kTile, column / kTile, 1.5 * random.uniform(0.7, 1.3));
    return;
  }
  // The crystals are about one interaction length deep: two thirds of the hadrons start to shower in them.
  double in_ecal = 0;
  if (random.chance(2.0 / 3)) {
    in_ecal = particle.e * random.uniform();
    for (double left = kHadronResponse * in_ecal; left > 0; left -= kSpotEnergy) {
      const double radius = -kSpotRadius * std::log(1 - random.uniform());
      const double angle = random.uniform(0, 2 * M_PI);
      add_spot(row + radius * std::cos(angle), column + radius * std::sin(angle), std::min(left, kSpotEnergy));
    }
  } else if (particle.charge != 0) {
    in_ecal = std::min(particle.e, kMinimumIonizing * random.uniform(0.7, 1.3));
    add_spot(row, column, in_ecal);
  }
  const double e = particle.e - in_ecal;
  if (e <= 0.01) return;
  const double response = std::max(0.1, 1 - 0.82 * std::pow(e, -0.25));
  const double smear = 1 + hadron_resolution(e) * fluctuation;
  add_tower(row / kTile, column / kTile, e * response * std::max(0.0, smear));
}

void Detector::add_electromagnetic(const Particle& particle, double smear, RandomStream& random) {
  if (particle.is_photon() && random.chance(0.4 * (0.7 + 0.4 * std::abs(particle.eta())))) {
    // Conversion in the tracker into an electron and a positron, which bend in opposite directions.
    const double share = random.uniform();
    const double path = random.uniform(100, 1000) / std::max(particle.pt(), 1e-9);
    Particle leg = particle;
    leg.x += path * particle.px;
    leg.y += path * particle.py;
    leg.z += path * particle.pz;
    for (const double part : {share, 1 - share}) {
      leg.px = particle.px * part;
      leg.py = particle.py * part;
      leg.pz = particle.pz * part;
      leg.e = particle.e * part;
      leg.charge = part == share ? 1 : -1;
      leg.id = -11 * leg.charge;
      add_electromagnetic(leg, smear, random);
    }
    return;
  }
  if (particle.e < 0.01) return;
  const Direction face = propagate(particle, kEcalRadius, kEcalHalfLength, false);
  if (!face.reached) return;
  const double energy = kElectromagneticResponse * particle.e * std::max(0.0, smear);
  const double row = canvas_row(face.eta), column = canvas_column(face.phi);
  // Core and tail of the shower; the Moliere radius is one crystal.
  constexpr std::size_t kSpan = 7;
  const int first_row = static_cast<int>(std::floor(row)) - 3, first_column = static_cast<int>(std::floor(column)) - 3;
  const auto core_rows = shares<kSpan>(row, first_row, 0.22), tail_rows = shares<kSpan>(row, first_row, 1.0);
  const auto core_columns = shares<kSpan>(column, first_column, 0.22);
  const auto tail_columns = shares<kSpan>(column, first_column, 1.0);
  for (std::size_t i = 0; i < kSpan; ++i) {
    const int at = first_row + static_cast<int>(i);
    if (at < 0 || at >= kRows) continue;
    for (std::size_t j = 0; j < kSpan; ++j) {
      const double share = 0.80 * core_rows[i] * core_columns[j] + 0.20 * tail_rows[i] * tail_columns[j];
      ecal[cell(at, first_column + static_cast<int>(j))] += static_cast<float>(energy * share);
    }
  }
}

void Detector::add_spot(double row, double column, double energy) {
  const int at = static_cast<int>(std::floor(row));
  if (at < 0 || at >= kRows) return;
  ecal[cell(at, static_cast<int>(std::floor(column)))] += static_cast<float>(energy);
}

void Detector::add_tower(double row, double column, double energy) {
  const int first_row = static_cast<int>(std::floor(row)) - 1, first_column = static_cast<int>(std::floor(column)) - 1;
  const auto rows = shares<3>(row, first_row, kTowerSpread), columns = shares<3>(column, first_column, kTowerSpread);
  for (std::size_t i = 0; i < 3; ++i) {
    const int at = first_row + static_cast<int>(i);
    if (at < 0 || at >= kTowerRows) continue;
    for (std::size_t j = 0; j < 3; ++j) {
      const auto column_at = static_cast<std::size_t>(wrap(first_column + static_cast<int>(j), kTowerColumns));
      hcal[static_cast<std::size_t>(at) * kTowerColumns + column_at] +=
          static_cast<float>(energy * rows[i] * columns[j]);
    }
  }
}

}  // namespace jetvit
