#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "measure/generated_jets.h"
#include "measure/roc_curve.h"
#include "measure/weight_sums.h"

namespace jetvit {
namespace {

using Labels = std::vector<std::uint8_t>;

struct Counts {
  double signal = 0, background = 0;
};

// Fraction of each class with scores of at least `threshold`, counted jet by jet.
Counts passing(const test::GeneratedJets& jets, double threshold) {
  Counts all;
  Counts pass;
  for (std::size_t jet = 0; jet < jets.score.size(); ++jet) {
    double Counts::*const of_class = jets.label[jet] != 0 ? &Counts::signal : &Counts::background;
    all.*of_class += 1;
    if (jets.score[jet] >= threshold) pass.*of_class += 1;
  }
  return {pass.signal / all.signal, pass.background / all.background};
}

// Independent calculation of the background efficiency at a signal efficiency: tries all scores as thresholds and
// interpolates between the tightest that reaches the efficiency and the loosest that does not.
double background_at(const test::GeneratedJets& jets, double efficiency) {
  Counts below{0, 0};
  Counts above{2, 2};
  for (const double threshold : jets.score) {
    const Counts counts = passing(jets, threshold);
    if (counts.signal < efficiency) {
      if (counts.signal > below.signal || (counts.signal == below.signal && counts.background > below.background)) {
        below = counts;
      }
    } else if (counts.signal < above.signal ||
               (counts.signal == above.signal && counts.background < above.background)) {
      above = counts;
    }
  }
  const double share = (efficiency - below.signal) / (above.signal - below.signal);
  return below.background + share * (above.background - below.background);
}

TEST(WorkingPoint, EqualsCountingAtEveryThreshold) {
  for (const int levels : {0, 40, 5}) {
    const test::GeneratedJets jets = test::generated_jets(600, levels, 400);
    const auto curve = roc_curve(jets.score, jets.label);
    const auto backgrounds = static_cast<double>(std::count(jets.label.begin(), jets.label.end(), 0));
    for (const double efficiency : {0.3, 0.5, 0.8}) {
      const double background = background_at(jets, efficiency);
      const auto signals = static_cast<double>(jets.label.size()) - backgrounds;
      const WorkingPoint point = working_point(curve, efficiency, signals, backgrounds);
      EXPECT_EQ(point.signal_efficiency, efficiency);
      EXPECT_NEAR(point.rejection, 1 / background, 1e-9) << levels << " levels at " << efficiency;
      // The relative error of 1/eB is that of eB. The signal efficiency fluctuates along the curve.
      const double slope = (background_at(jets, efficiency + 0.1) - background_at(jets, efficiency - 0.1)) / 0.2;
      const double variance =
          background * (1 - background) / backgrounds + slope * slope * efficiency * (1 - efficiency) / signals;
      EXPECT_NEAR(point.error / point.rejection, std::sqrt(variance) / background, 1e-9);
      EXPECT_LT(point.low, point.rejection);
      EXPECT_GT(point.high, point.rejection);
      EXPECT_EQ(point.lower_limit, 0);
      EXPECT_GE(passing(jets, point.threshold).signal, efficiency);
    }
  }
}

// The rejection and its error at a threshold, from the sums over the jets.
TEST(WorkingPoint, WeightsCount) {
  const test::GeneratedJets jets = test::generated_jets(600, 0, 410);
  std::vector<double> weight = jets.weight;
  for (std::size_t jet = 0; jet < weight.size(); jet += 7) weight[jet] = jet % 2 == 0 ? -0.5 : 4;
  const auto curve = roc_curve(jets.score, jets.label, weight);
  const auto sums = weight_sums(jets.label, weight);
  std::size_t index =
      0;  // of a point at which the curve is higher than before: negative weights let it fall in between
  for (double highest = 0; index < curve.size() / 3 || curve[index].signal_efficiency <= highest; ++index) {
    highest = std::max(highest, curve[index].signal_efficiency);
  }
  const RocPoint& at = curve[index];
  double passing = 0;
  double all = 0;
  for (std::size_t jet = 0; jet < weight.size(); ++jet) {
    if (jets.label[jet] != 0) continue;
    all += weight[jet];
    passing += jets.score[jet] >= at.threshold ? weight[jet] : 0;
  }
  double variance = 0;
  for (std::size_t jet = 0; jet < weight.size(); ++jet) {
    if (jets.label[jet] != 0) continue;
    const double away = (jets.score[jet] >= at.threshold ? 1 : 0) - passing / all;
    variance += weight[jet] * weight[jet] * away * away / (all * all);
  }
  const double signals = sums[1].effective_jets();
  const double backgrounds = sums[0].effective_jets();
  const auto background = [&](double efficiency) {
    return 1 / working_point(curve, efficiency, signals, backgrounds).rejection;
  };
  const double efficiency = at.signal_efficiency;
  const double slope = (background(efficiency + 0.1) - background(efficiency - 0.1)) / 0.2;
  variance += slope * slope * efficiency * (1 - efficiency) / signals;
  const WorkingPoint point = working_point(curve, efficiency, signals, backgrounds);
  EXPECT_NEAR(point.rejection, all / passing, 1e-9);
  EXPECT_NEAR(point.error / point.rejection, std::sqrt(variance) * all / passing, 1e-9);
}

TEST(WorkingPoint, WithoutPassingBackgroundGivesALimit) {
  const std::vector<double> score = {0.1, 0.2, 0.3, 0.4, 0.6, 0.9};
  const Labels label = {0, 0, 0, 0, 1, 1};
  const WorkingPoint point = working_point(roc_curve(score, label), 0.5, 2, 4);
  EXPECT_EQ(point.rejection, std::numeric_limits<double>::infinity());
  EXPECT_EQ(point.error, std::numeric_limits<double>::infinity());
  // With an expectation of 4 / 1.335 jets, one experiment in 20 sees none.
  EXPECT_NEAR(std::exp(-4 / point.lower_limit), 0.05, 1e-12);
  EXPECT_EQ(point.threshold, 0.9);
  EXPECT_EQ(point.high, std::numeric_limits<double>::infinity());
  EXPECT_GT(point.low, 1);
  EXPECT_LT(point.low, std::numeric_limits<double>::infinity());
}

// In a large sample the interval is symmetric: the value plus and minus its error.
TEST(WorkingPoint, TheIntervalOfManyJetsIsTheError) {
  const test::GeneratedJets jets = test::generated_jets(200'000, 0, 420);
  const auto sums = weight_sums(jets.label, {});
  const WorkingPoint point = working_point(roc_curve(jets.score, jets.label), 0.5, sums[1].weight, sums[0].weight);
  EXPECT_NEAR((point.high - point.rejection) / point.error, 1, 0.03);
  EXPECT_NEAR((point.rejection - point.low) / point.error, 1, 0.03);
}

// The ratio of one jet has an error as large as itself.
TEST(WorkingPoint, OnePassingBackgroundJetGivesALimit) {
  const std::vector<double> score = {0.1, 0.2, 0.3, 0.7, 0.6, 0.9};
  const WorkingPoint one = working_point(roc_curve(score, Labels{0, 0, 0, 0, 1, 1}), 1, 2, 4);
  EXPECT_EQ(one.rejection, 4);
  const double expected = 4 / one.lower_limit;  // one experiment in 20 sees none or one
  EXPECT_NEAR(std::exp(-expected) * (1 + expected), 0.05, 1e-12);
  const WorkingPoint several =
      working_point(roc_curve(std::vector<double>{0.1, 0.7, 0.8, 0.6}, Labels{0, 0, 0, 1}), 1, 1, 3);
  EXPECT_EQ(several.rejection, 1.5);
  EXPECT_EQ(several.lower_limit, 0);
}

TEST(WorkingPoint, EqualScoresRejectByChance) {
  const auto curve = roc_curve(std::vector<double>{0.5, 0.5, 0.5, 0.5}, Labels{0, 1, 0, 1});
  ASSERT_EQ(curve.size(), 2U);
  for (const double efficiency : {0.3, 0.5, 0.8}) {
    EXPECT_NEAR(working_point(curve, efficiency, 2, 2).rejection, 1 / efficiency, 1e-12);
  }
}

TEST(WorkingPoint, EndsOfTheCurve) {
  const auto curve = roc_curve(std::vector<double>{0.9, 0.4, 0.6, 0.2}, Labels{0, 1, 1, 0});
  EXPECT_EQ(working_point(curve, 1, 2, 2).rejection, 2);  // all signal: one of two background jets passes
  const WorkingPoint none = working_point(curve, 0, 2, 2);
  EXPECT_FALSE(std::isnan(none.rejection));
  EXPECT_EQ(curve.back().signal_efficiency, 1);
  EXPECT_EQ(curve.back().background_efficiency, 1);
}

TEST(WorkingPoint, TwoJets) {
  const auto curve = roc_curve(std::vector<double>{0.2, 0.7}, Labels{0, 1});
  EXPECT_EQ(working_point(curve, 0.5, 1, 1).rejection, std::numeric_limits<double>::infinity());
  const auto wrong = roc_curve(std::vector<double>{0.7, 0.2}, Labels{0, 1});
  EXPECT_EQ(working_point(wrong, 0.5, 1, 1).rejection, 1);
}

}  // namespace
}  // namespace jetvit
