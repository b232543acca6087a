#include "generate/selection.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/draws.h"
#include "base/random_stream.h"
#include "base/stop_flag.h"
#include "generate/camera.h"
#include "generate/detector.h"
#include "generate/jet_finder.h"

namespace jetvit {
namespace {

constexpr double kVertexSpread = 53;  // mm along the beam (Delphes card of CMS)
constexpr std::uint64_t kSourceKey = 1, kDetectorKey = 2;

struct Cuts {
  double radius, pt, eta, prefilter;
  bool pile_up_subtracted;
};
constexpr Cuts kQuarkGluon{0.5, 70, 2.0, 0.85, true};
constexpr Cuts kBoostedTop{0.8, 400, 1.37, 0.85, true};
constexpr double kMayLead = 0.7, kPicturedEta = 1.75;
constexpr double kLeastPtHat = 0.65;
constexpr double kMatch = 0.4, kParticleMatch = 0.45;

bool is_top(Process process) {
  return process == Process::top || process == Process::qcd;
}

bool near(const FoundJet& jet, const Parton& parton, double radius) {
  return distance(jet.eta, jet.phi, parton.eta, parton.phi) < radius;
}

// Whether each of the two partons has a jet of its own.
bool both_matched(const std::vector<FoundJet>& jets, const std::vector<Parton>& partons, double radius) {
  if (partons.size() != 2) return false;
  std::size_t matched = 0;
  for (const FoundJet& jet : jets) matched += near(jet, partons[0], radius) || near(jet, partons[1], radius) ? 1 : 0;
  return matched >= 2;
}

// Whether the jet contains a hadronic top quark with pT > 200 GeV and its W and b. Each top quark is followed by W and
// b, in either order.
bool contains_top(const FoundJet& jet, const std::vector<Parton>& partons) {
  for (std::size_t index = 0; index + 2 < partons.size(); ++index) {
    if (std::abs(partons[index].id) != 6 || partons[index].pt < 200) continue;
    if (near(jet, partons[index], 0.8) && near(jet, partons[index + 1], 0.8) && near(jet, partons[index + 2], 0.8)) {
      return true;
    }
  }
  return false;
}

std::vector<FoundJet> wanted_jets(const std::vector<FoundJet>& jets, const Collision& collision, Process process,
                                  const Cuts& cuts, double match) {
  std::vector<FoundJet> out;
  for (const FoundJet& jet : jets) {
    if (std::abs(jet.eta) > cuts.eta) continue;
    if (process == Process::top && !contains_top(jet, collision.partons)) continue;
    out.push_back(jet);
  }
  if (is_top(process)) return out;
  if (!both_matched(out, collision.partons, match)) return {};
  for (const FoundJet& jet : out) {
    if (near(jet, collision.partons[0], match) || near(jet, collision.partons[1], match)) return {jet};
  }
  return {};
}

// Whether the leading jet, or one that may be leading after the detector simulation, is central enough for an image.
bool can_be_pictured(const std::vector<FoundJet>& jets) {
  return std::any_of(jets.begin(), jets.end(), [&jets](const FoundJet& jet) {
    return jet.pt > kMayLead * jets.front().pt && std::abs(jet.eta) < kPicturedEta;
  });
}

void simulate(const Collision& collision, const std::vector<std::vector<Particle>>& pool, double pile_up,
              RandomStream& random, Detector& detector) {
  detector.clear();
  const double vertex_z = kVertexSpread * draw_normal(random);
  for (Particle particle : collision.particles) {
    particle.z += vertex_z;
    detector.add(particle, vertex_z, random);
  }
  const int count = pile_up > 0 ? draw_poisson(pile_up, random) : 0;
  for (int index = 0; index < count; ++index) {
    // Each use of a pool collision is rotated about the beam and mirrored at random.
    const std::vector<Particle>& other = pool[random.below(pool.size())];
    const double angle = random.uniform(0, 2 * M_PI), cosine = std::cos(angle), sine = std::sin(angle);
    const double mirror = random.chance(0.5) ? -1 : 1;
    const double z = kVertexSpread * draw_normal(random);
    for (Particle particle : other) {
      particle.px = cosine * particle.px - sine * std::exchange(particle.py, sine * particle.px + cosine * particle.py);
      particle.x = cosine * particle.x - sine * std::exchange(particle.y, sine * particle.x + cosine * particle.y);
      particle.pz *= mirror;
      particle.z = mirror * particle.z + z;
      detector.add(particle, vertex_z, random);
    }
  }
}

// The share of the jets to keep. It undoes the bias of the QCD collisions among jets of equal pT, so that no weights
// are needed: pairing equals the spectra of pT. Jets with a pTHat below kLeastPtHat * pT (0.7 %) would have to be kept
// more than once.
double kept_share(const Collision& collision, Process process, const FoundJet& jet) {
  return process == Process::qcd ? std::pow(kLeastPtHat * jet.pt / collision.pt_hat, kQcdBias) : 1;
}

void record(const FoundJet& jet, std::uint8_t label, JetRecords& out) {
  out.label.push_back(label);
  out.weight.push_back(1);
  out.observers[0].push_back(jet.pt);
  out.observers[1].push_back(jet.mass);
  out.observers[2].push_back(jet.eta);
  out.source_file.push_back(0);
  out.source_row.push_back(out.label.size() - 1);
}

}  // namespace

JetBlock make_jets(const SelectionOptions& options, const std::vector<std::vector<Particle>>& pool,
                   CollisionSource& source) {
  const bool top = is_top(options.process);
  const Cuts& cuts = top ? kBoostedTop : kQuarkGluon;
  const auto kind = static_cast<std::uint64_t>(options.process);
  const std::uint8_t label = options.process == Process::quark || options.process == Process::top ? 1 : 0;
  source.seed(mix_words({options.seed, kSourceKey, kind, options.block}));
  RandomStream random({options.seed, kDetectorKey, kind, options.block});
  Detector detector(top);
  JetBlock block;
  block.jets.images.shape = {top ? 8 : 3, 125, 125};
  block.jets.observer_names = {"pt", "m0", "eta"};
  block.jets.observers.resize(3);
  while (block.jets.size() < options.jets) {
    throw_if_stopped();
    const Collision collision = source.next();
    ++block.collisions;
    // Filter without detector and pile-up first. Otherwise most of the time would be spent on jets that fail.
    const auto particle_jets = find_particle_jets(collision.particles, cuts.radius, cuts.prefilter * cuts.pt);
    Cuts loose = cuts;
    loose.eta += 0.2;
    const auto candidates = wanted_jets(particle_jets, collision, options.process, loose, kParticleMatch);
    if (candidates.empty() || (!top && !can_be_pictured(particle_jets))) continue;
    ++block.simulated;
    simulate(collision, pool, options.pile_up, random, detector);
    const auto found = find_jets(detector.flow, cuts.radius, cuts.pt, cuts.pile_up_subtracted);
    // One number for the event: a jet without a picture must not thin out the next.
    const double drawn = options.process == Process::qcd ? random.uniform() : 0;
    // One jet of each event: two would share their hard process and pile-up, and errors assume independent jets.
    for (const FoundJet& jet : wanted_jets(found, collision, options.process, cuts, kMatch)) {
      if (drawn >= kept_share(collision, options.process, jet)) break;
      if (!append_picture(detector, top, jet.eta, jet.phi, random, block.jets.images)) continue;
      record(jet, label, block.jets);
      break;
    }
  }
  return block;
}

}  // namespace jetvit
