#include "generate/selection.h"

#include <cmath>
#include <functional>
#include <numbers>
#include <utility>

#include <gtest/gtest.h>

#include "base/random_stream.h"
#include "generate/collision_source.h"

namespace jetvit {
namespace {

// Collisions with known spectra, in place of Pythia's.
class ToySource : public CollisionSource {
 public:
  explicit ToySource(std::function<Collision(RandomStream&)> make) : make_(std::move(make)) {}

  void seed(std::uint64_t seed) override { random_ = RandomStream({seed}); }
  Collision next() override { return make_(random_); }

 private:
  std::function<Collision(RandomStream&)> make_;
  RandomStream random_{0};
};

JetBlock jets_of(Process process, std::size_t jets, std::function<Collision(RandomStream&)> make) {
  ToySource source(std::move(make));
  SelectionOptions options;
  options.process = process;
  options.seed = 31;
  options.jets = jets;
  options.pile_up = 0;
  return make_jets(options, {}, source);
}

// A photon is a jet by itself. Its direction is measured exactly, its energy to better than 0.5 %.
Particle photon(double pt, double eta, double phi) {
  return {pt * std::cos(phi), pt * std::sin(phi), pt * std::sinh(eta), pt * std::cosh(eta), 0, 0, 0, 22, 0};
}

// Adds a photon with what its process matches jets to.
void add_jet(Collision& collision, Process process, double pt, double eta, double phi) {
  collision.particles.push_back(photon(pt, eta, phi));
  if (process == Process::gluon) collision.partons.push_back({21, pt, eta, phi});
  if (process == Process::quark) collision.partons.push_back({1, pt, eta, phi});
  if (process != Process::top) return;
  for (const int id : {6, 24, 5}) collision.partons.push_back({id, pt, eta, phi});
}

// Adds a jet that is selected but has no picture: next to its axis is a hadron at |eta| > 1.48, beyond the towers that
// an image may be centered on.
void add_unpictured_jet(Collision& collision, Process process, double pt) {
  add_jet(collision, process, pt, -1.3, 0);
  const double kaon_pt = 5, eta = -1.55, mass = 0.498;
  collision.particles.push_back(
      {kaon_pt, 0, kaon_pt * std::sinh(eta), std::hypot(kaon_pt * std::cosh(eta), mass), 0, 0, 0, 130, 0});
}

// A pT of a selected jet of the process, GeV.
double selected_pt(Process process) {
  return process == Process::top || process == Process::qcd ? 600 : 120;
}

// The share of `total` trials that an event of probability `expected` had, within four binomial errors.
void expect_share(double count, double total, double expected) {
  EXPECT_NEAR(count / total, expected, 4 * std::sqrt(expected * (1 - expected) / total)) << count << " of " << total;
}

constexpr double kFall = 6, kLeastPtHat = 380, kLeastPt = 570, kLow = 0.5, kHigh = 1.5;

// The integral of z^(power - 1) from kLow to z.
double integral(double z, double power) {
  return (std::pow(z, power) - std::pow(kLow, power)) / power;
}

// One QCD jet of pT = z * pTHat with z uniform from 0.5 to 1.5. The cross section falls as pTHat^-6; the collisions are
// drawn with the bias of the generator. eta tells z: it is z - 1. With pT > 570, pTHat may be anything from 380 on.
Collision biased_collision(RandomStream& random) {
  Collision collision;
  double pt = 0, z = 0;
  while (pt < kLeastPt) {
    collision.pt_hat = kLeastPtHat * std::pow(1 - random.uniform(), -1 / (kFall - kQcdBias - 1));
    z = random.uniform(kLow, kHigh);
    pt = z * collision.pt_hat;
  }
  add_jet(collision, Process::qcd, pt, z - 1, random.uniform(-3, 3));
  return collision;
}

// With pTHat = pT / z, a cross section of pTHat^-n dpTHat dz is one of pT^-n dpT z^(n - 1) dz: at every pT, the jets
// that are drawn have a density of z^3, and those that are kept must have one of z^5. pT itself keeps its biased
// spectrum, because pairing takes care of it.
TEST(Selection, UndoesTheBiasAmongJetsOfEqualPt) {
  const JetBlock block = jets_of(Process::qcd, 2000, biased_collision);
  const auto kept = static_cast<double>(block.jets.size());
  for (const double z : {0.75, 1.0, 1.25}) {
    double below = 0;
    for (const double eta : block.jets.observer("eta")) below += eta + 1 < z ? 1 : 0;
    expect_share(below, kept, integral(z, kFall) / integral(kHigh, kFall));
  }
  double above = 0;
  for (const double pt : block.jets.observer("pt")) above += pt > 2 * kLeastPt ? 1 : 0;
  expect_share(above, kept, std::pow(2, kQcdBias + 1 - kFall));
  // A jet is kept with the probability (0.65 pT / pTHat)^2, the number of docs/generator.md.
  expect_share(kept, static_cast<double>(block.collisions),
               0.65 * 0.65 * integral(kHigh, kFall) / integral(kHigh, kFall - kQcdBias));
  for (const double weight : block.jets.weight) EXPECT_EQ(weight, 1);
}

// Top pairs have no bias, and jets of small pTHat cannot be kept more than once.
TEST(Selection, KeepsEveryJetThatHasNoBias) {
  const JetBlock top = jets_of(Process::top, 100, [](RandomStream&) {
    Collision collision;
    collision.pt_hat = 900;
    add_jet(collision, Process::top, 600, 0.5, 1);
    return collision;
  });
  EXPECT_EQ(top.collisions, 100U);
  const JetBlock qcd = jets_of(Process::qcd, 100, [](RandomStream&) {
    Collision collision;
    collision.pt_hat = 380;
    add_jet(collision, Process::qcd, 650, 0.5, 1);
    return collision;
  });
  EXPECT_EQ(qcd.collisions, 100U);
}

// The jet that is written in place of one without a picture is kept with a share of its own, not with the product.
TEST(Selection, JetWithoutPictureDoesNotThinOutTheNext) {
  const JetBlock block = jets_of(Process::qcd, 1000, [](RandomStream&) {
    Collision collision;
    collision.pt_hat = 500;
    add_unpictured_jet(collision, Process::qcd, 700);
    add_jet(collision, Process::qcd, 600, 0.3, 3);
    return collision;
  });
  for (const double eta : block.jets.observer("eta")) ASSERT_NEAR(eta, 0.3, 1e-6);
  expect_share(1000, static_cast<double>(block.collisions), std::pow(0.65 * 600 / 500, 2));
}

class SelectionOf : public testing::TestWithParam<Process> {};

// Both jets of a collision are selected, and have a picture. Which one comes first in the event does not matter.
TEST_P(SelectionOf, WritesTheHarderOfTwoJets) {
  const Process process = GetParam();
  const double pt = selected_pt(process);
  int harder_first = 0;
  const JetBlock block = jets_of(process, 60, [&](RandomStream& random) {
    Collision collision;
    collision.pt_hat = 0.6 * pt;  // keeps every jet
    const bool first = random.chance(0.5);
    harder_first += first ? 1 : 0;
    add_jet(collision, process, first ? 1.1 * pt : pt, first ? 0.4 : -0.4, 0);
    add_jet(collision, process, first ? pt : 1.1 * pt, first ? -0.4 : 0.4, 3);
    return collision;
  });
  EXPECT_GT(harder_first, 10);
  EXPECT_LT(harder_first, 50);
  EXPECT_EQ(block.jets.size(), 60U);
  EXPECT_EQ(block.collisions, 60U);
  for (std::size_t jet = 0; jet < block.jets.size(); ++jet) {
    EXPECT_NEAR(block.jets.observer("eta")[jet], 0.4, 1e-6);
    EXPECT_NEAR(block.jets.observer("pt")[jet], 1.1 * pt, 0.03 * pt);
  }
}

// Without a picture of the hardest jet, events of quarks and gluons are left out: the hardest matched jet is the one
// that is wanted. Those of top and QCD give their next jet.
TEST_P(SelectionOf, NeedsAPicture) {
  const Process process = GetParam();
  const double pt = selected_pt(process);
  bool pictured = false;
  const JetBlock block = jets_of(process, 20, [&](RandomStream&) {
    Collision collision;
    collision.pt_hat = 0.6 * pt;
    pictured = !pictured;
    if (pictured) {
      add_jet(collision, process, 1.1 * pt, 0.4, 0);
    } else {
      add_unpictured_jet(collision, process, 1.1 * pt);
    }
    add_jet(collision, process, pt, -0.4, 3);
    return collision;
  });
  const bool next_one = process == Process::top || process == Process::qcd;
  EXPECT_EQ(block.collisions, next_one ? 20U : 39U);
  for (std::size_t jet = 0; jet < block.jets.size(); ++jet) {
    EXPECT_NEAR(block.jets.observer("eta")[jet], next_one && jet % 2 == 1 ? -0.4 : 0.4, 1e-6);
  }
}

// A harder jet that no parton is near, or that holds no top quark, is not the one of its class. QCD takes any jet.
TEST_P(SelectionOf, TakesAHarderJetOnlyIfItIsMatched) {
  const Process process = GetParam();
  const double pt = selected_pt(process);
  const JetBlock block = jets_of(process, 20, [&](RandomStream&) {
    Collision collision;
    collision.pt_hat = 0.6 * pt;
    add_jet(collision, Process::qcd, 1.3 * pt, 1.0, 1.5);
    add_jet(collision, process, 1.1 * pt, 0.4, 0);
    add_jet(collision, process, pt, -0.4, 3);
    return collision;
  });
  EXPECT_EQ(block.collisions, 20U);
  const double wanted = process == Process::qcd ? 1.0 : 0.4;
  for (const double eta : block.jets.observer("eta")) EXPECT_NEAR(eta, wanted, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Processes, SelectionOf,
                         testing::Values(Process::gluon, Process::quark, Process::qcd, Process::top));

}  // namespace
}  // namespace jetvit
