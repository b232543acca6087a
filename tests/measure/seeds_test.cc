#include "measure/seeds.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "measure/coverage.h"
#include "measure/delong.h"
#include "measure/student.h"

namespace jetvit {
namespace {

// scipy.stats.t: 2 * sf(t, freedom), and the t with 0.31731050786291415 outside. The normal distribution has 1.
TEST(Student, EqualsScipy) {
  struct Case {
    double t, freedom, p, quantile;
  };
  for (const Case& of :
       {Case{0.5, 1, 0.704832764699133, 1.83733720147158}, Case{1.3, 1, 0.417428800320305, 1.83733720147158},
        Case{12.0, 2, 0.00687293367715846, 1.32127737292626}, Case{2.1, 3.7, 0.109264705082225, 1.15466950772439},
        Case{0.01, 10, 0.992217974990971, 1.05256241525734}, Case{-4.2, 55.5, 9.7558347228343e-05, 1.00909053633193}}) {
    EXPECT_NEAR(student_p_value(of.t, of.freedom), of.p, 1e-11 * of.p) << of.t << ' ' << of.freedom;
    EXPECT_NEAR(student_quantile(0.31731050786291415, of.freedom), of.quantile, 1e-10) << of.freedom;
  }
  EXPECT_NEAR(student_p_value(1.959963984540054, std::numeric_limits<double>::infinity()), 0.05, 1e-12);
  EXPECT_EQ(student_p_value(0, 5), 1);
}

using SeedScores = std::vector<std::span<const double>>;

// Seeds that agree have no spread: what is left is DeLong's error.
TEST(Seeds, EqualSeedsLeaveTheErrorOfTheJets) {
  const test::Toy toy = test::make_toy(400, 1);
  const SeedScores first = {toy.first, toy.first, toy.first}, second = {toy.second, toy.second};
  const SeedsAuc auc = seeds_auc(first, toy.label);
  const AucEstimate one = delong(toy.first, toy.label);
  EXPECT_EQ(auc.seeds, 3U);
  EXPECT_NEAR(auc.auc, one.auc, 1e-12);
  EXPECT_NEAR(auc.spread, 0, 1e-12);
  EXPECT_NEAR(auc.error, one.error, 1e-9);
  const PairedComparison paired = delong_paired(toy.first, toy.second, toy.label);
  const SeedsComparison compared = compare_seeds(first, second, toy.label);
  EXPECT_NEAR(compared.difference, paired.difference, 1e-12);
  EXPECT_NEAR(compared.error, paired.error, 1e-9);
  EXPECT_NEAR(compared.p_value, paired.p_value, 1e-9);
}

TEST(Seeds, SpreadIsTheStandardDeviation) {
  const test::Toy toy = test::make_toy(400, 2);
  const double a = delong(toy.first, toy.label).auc, b = delong(toy.second, toy.label).auc;
  const SeedsAuc auc = seeds_auc({toy.first, toy.second}, toy.label);
  EXPECT_NEAR(auc.auc, (a + b) / 2, 1e-12);
  EXPECT_NEAR(auc.spread, std::abs(a - b) / std::sqrt(2.0), 1e-12);
}

// The variance of the mean of two seeds: half of the variance between them, and their covariance over sets of jets.
TEST(Seeds, TheErrorHoldsTheSpreadAndTheCovariance) {
  const test::Toy toy = test::make_toy(400, 3);
  const double a = delong(toy.first, toy.label).error, b = delong(toy.second, toy.label).error;
  const double d = delong_paired(toy.first, toy.second, toy.label).error;
  const SeedsAuc auc = seeds_auc({toy.first, toy.second}, toy.label);
  const double of_seeds = auc.spread * auc.spread / 2, variance = of_seeds + (a * a + b * b - d * d) / 2;
  const double freedom = variance * variance / (of_seeds * of_seeds);
  EXPECT_NEAR(auc.error, std::sqrt(variance) * student_quantile(0.31731050786291415, freedom), 1e-10);
}

TEST(Seeds, ErrorsHoldTheTruthAsOftenAsStated) {
  constexpr int kToys = 600;
  for (const double spread : {0.0, 0.15}) {
    for (const auto& [name, share] : test::coverage_of_seeds(200, kToys, spread)) {
      const double stated = 0.6827;
      // Three standard deviations of the share over the toys, and a bias of 0.02.
      EXPECT_NEAR(share, stated, 3 * std::sqrt(stated * (1 - stated) / kToys) + 0.02) << name << ' ' << spread;
    }
  }
}

}  // namespace
}  // namespace jetvit
