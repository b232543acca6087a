#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/draws.h"
#include "base/random_stream.h"
#include "measure/bootstrap.h"
#include "measure/delong.h"
#include "measure/roc_curve.h"
#include "measure/seeds.h"
#include "measure/weight_sums.h"

// How often the errors and intervals of jetvit hold the true value, in toy samples whose truth is known: scores of two
// classes are Gaussian with the same width.
namespace jetvit::test {

// Shares of the toys, by the name of the interval.
using Coverage = std::map<std::string, double>;

inline double upper_tail(double z) {
  return std::erfc(z / std::sqrt(2.0)) / 2;
}

struct Toy {
  std::vector<double> first, second;  // scores of two classifiers whose errors are correlated
  std::vector<std::uint8_t> label;
};

constexpr double kFirstShift = 1.14048;  // of the signal, in standard deviations: AUC 0.79
constexpr double kSecondShift = 1.0;

inline double auc_of_shift(double shift) {
  return 1 - upper_tail(shift / std::sqrt(2.0));
}

inline Toy make_toy(std::size_t jets, std::uint64_t number) {
  Toy toy;
  RandomStream random({20240, jets, number});
  for (std::size_t jet = 0; jet < jets; ++jet) {
    const auto label = static_cast<std::uint8_t>(jet % 2);
    const double common = draw_normal(random);
    toy.first.push_back(kFirstShift * label + (common + draw_normal(random)) / std::sqrt(2.0));
    toy.second.push_back(kSecondShift * label + (common + draw_normal(random)) / std::sqrt(2.0));
    toy.label.push_back(label);
  }
  return toy;
}

// The intervals of `toys` samples of `jets` jets. "... 68" are the value plus and minus its error or the interval of
// 68.3 %, "... 95" the interval of 95 %.
inline Coverage coverage(std::size_t jets, int toys, int replicas) {
  std::map<std::string, int> held;
  const auto count = [&](const std::string& name, double low, double high, double truth) {
    held[name] += low <= truth && truth <= high ? 1 : 0;
  };
  const double auc = auc_of_shift(kFirstShift);
  const double difference = auc - auc_of_shift(kSecondShift);
  // z with that signal efficiency above it.
  const std::array<std::pair<double, double>, 3> efficiencies = {
      {{0.3, 0.524400512708041}, {0.5, 0}, {0.8, -0.841621233572914}}};
  for (int number = 0; number < toys; ++number) {
    const Toy toy = make_toy(jets, static_cast<std::uint64_t>(number));
    const AucEstimate estimate = delong(toy.first, toy.label);
    count("AUC 68", estimate.auc - estimate.error, estimate.auc + estimate.error, auc);
    const AucInterval interval = bootstrap_auc(toy.first, toy.label, {}, replicas, static_cast<std::uint64_t>(number));
    count("AUC 95", interval.low, interval.high, auc);
    const PairedComparison paired = delong_paired(toy.first, toy.second, toy.label);
    count("difference 68", paired.difference - paired.error, paired.difference + paired.error, difference);
    const double half = 1.959963984540054 * paired.error;  // what a p-value of 0.05 means
    count("difference 95", paired.difference - half, paired.difference + half, difference);
    // A bin has a quarter of the jets.
    const std::size_t quarter = jets / 4;
    const AucEstimate bin = delong(std::span(toy.first).first(quarter), std::span(toy.label).first(quarter));
    count("bin 68", bin.auc - bin.error, bin.auc + bin.error, auc);
    const auto curve = roc_curve(toy.first, toy.label);
    const auto half_of_jets = static_cast<double>(jets) / 2;
    for (const auto& [efficiency, z] : efficiencies) {
      const WorkingPoint point = working_point(curve, efficiency, half_of_jets, half_of_jets);
      const double truth = 1 / upper_tail(kFirstShift + z);
      count("1/eB at " + std::to_string(efficiency).substr(0, 3) + " 68", point.low, point.high, truth);
    }
  }
  Coverage shares;
  for (const auto& [name, times] : held) shares[name] = static_cast<double>(times) / toys;
  return shares;
}

// The errors of samples with weights: half of the jets have 0.2, the others 3, at random.
inline Coverage coverage_with_weights(std::size_t jets, int toys) {
  std::map<std::string, int> held;
  const double auc = auc_of_shift(kFirstShift);
  const double difference = auc - auc_of_shift(kSecondShift);
  for (int number = 0; number < toys; ++number) {
    const Toy toy = make_toy(jets, static_cast<std::uint64_t>(number));
    RandomStream random({20242, jets, static_cast<std::uint64_t>(number)});
    std::vector<double> weight(jets);
    for (double& w : weight) w = random.chance(0.5) ? 0.2 : 3;
    const AucEstimate estimate = delong(toy.first, toy.label, weight);
    held["weighted AUC 68"] += std::abs(estimate.auc - auc) <= estimate.error ? 1 : 0;
    const PairedComparison paired = delong_paired(toy.first, toy.second, toy.label, weight);
    held["weighted difference 68"] += std::abs(paired.difference - difference) <= paired.error ? 1 : 0;
    const auto sums = weight_sums(toy.label, weight);
    const WorkingPoint point =
        working_point(roc_curve(toy.first, toy.label, weight), 0.5, sums[1].effective_jets(), sums[0].effective_jets());
    const double truth = 1 / upper_tail(kFirstShift);
    held["weighted 1/eB 68"] += point.low <= truth && truth <= point.high ? 1 : 0;
    held["error of weighted 1/eB 68"] += std::abs(point.rejection - truth) <= point.error ? 1 : 0;
  }
  Coverage shares;
  for (const auto& [name, times] : held) shares[name] = static_cast<double>(times) / toys;
  return shares;
}

struct LimitCoverage {
  double given = 0;  // share of the toys with a limit
  double right = 0;  // share of all toys in which the limit, where there is one, is below the truth
};

// The lower limits of 1/eB in samples of 100 background jets, of which `expected` pass on average.
inline std::map<double, LimitCoverage> coverage_of_limits(int toys) {
  std::map<double, LimitCoverage> all;
  constexpr std::size_t kJets = 200;
  // z with the signal efficiency of 0.05, 0.1 and 0.2 above it.
  for (const auto& [efficiency, z] :
       {std::pair(0.05, 1.6448536269514722), std::pair(0.1, 1.2815515655446004), std::pair(0.2, 0.8416212335729143)}) {
    const double passing = upper_tail(kFirstShift + z);
    LimitCoverage& of = all[passing * kJets / 2];
    for (int number = 0; number < toys; ++number) {
      const Toy toy = make_toy(kJets, static_cast<std::uint64_t>(number));
      const WorkingPoint point = working_point(roc_curve(toy.first, toy.label), efficiency, kJets / 2.0, kJets / 2.0);
      of.given += point.lower_limit > 0 ? 1.0 / toys : 0;
      of.right += point.lower_limit <= 1 / passing ? 1.0 / toys : 0;
    }
  }
  return all;
}

// The same for recipes of three and two seeds, whose shifts differ from seed to seed by `spread`. The scores of all
// seeds share half of their variance.
inline Coverage coverage_of_seeds(std::size_t jets, int toys, double spread) {
  std::map<std::string, int> held;
  // The mean AUC over the seeds: the shift has the variance of a score added to it.
  const auto truth = [spread](double shift) { return 1 - upper_tail(shift / std::sqrt(2 + spread * spread)); };
  for (int number = 0; number < toys; ++number) {
    RandomStream random({20241, jets, static_cast<std::uint64_t>(number)});
    std::vector<std::uint8_t> label(jets);
    std::vector<double> common(jets);
    for (std::size_t jet = 0; jet < jets; ++jet) {
      label[jet] = static_cast<std::uint8_t>(jet % 2);
      common[jet] = draw_normal(random);
    }
    std::vector<std::vector<double>> scores;
    for (const double shift : {kFirstShift, kFirstShift, kFirstShift, kSecondShift, kSecondShift}) {
      const double of_seed = shift + spread * draw_normal(random);
      scores.emplace_back();
      for (std::size_t jet = 0; jet < jets; ++jet) {
        scores.back().push_back(of_seed * label[jet] + (common[jet] + draw_normal(random)) / std::sqrt(2.0));
      }
    }
    const std::vector<std::span<const double>> first(scores.begin(), scores.begin() + 3);
    const std::vector<std::span<const double>> second(scores.begin() + 3, scores.end());
    const SeedsAuc auc = seeds_auc(first, label);
    held["AUC of seeds 68"] += std::abs(auc.auc - truth(kFirstShift)) <= auc.error ? 1 : 0;
    const SeedsComparison compared = compare_seeds(first, second, label);
    const double off = compared.difference - (truth(kFirstShift) - truth(kSecondShift));
    held["difference of seeds 68"] += std::abs(off) <= compared.error ? 1 : 0;
  }
  Coverage shares;
  for (const auto& [name, times] : held) shares[name] = static_cast<double>(times) / toys;
  return shares;
}

}  // namespace jetvit::test
