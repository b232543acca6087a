// All metrics refuse invalid scores and name the jet.
#include "measure/scores_check.h"

#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "measure/delong.h"
#include "measure/logistic_regression.h"
#include "measure/probability_metrics.h"
#include "measure/roc_auc.h"
#include "measure/roc_curve.h"
#include "measure/temperature.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

using Scores = std::vector<double>;
using Labels = std::vector<std::uint8_t>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinite = std::numeric_limits<double>::infinity();

void expect_refused(const Scores& score, const Labels& label, const std::string& words) {
  EXPECT_ERROR(check_scores(score, label, {}), Error, words);
  EXPECT_ERROR(roc_auc(score, label), Error, words);
  EXPECT_ERROR(roc_curve(score, label), Error, words);
  EXPECT_ERROR(delong(score, label), Error, words);
  EXPECT_ERROR(delong_paired(score, score, label), Error, words);
  EXPECT_ERROR(probability_metrics(score, label), Error, words);
}

TEST(ScoresCheck, ScoresThatAreNotFinite) {
  expect_refused({0.1, kNan, 0.3, 0.4}, {0, 1, 0, 1}, "jet 1 has the score nan (must be a finite number)");
  expect_refused({0.1, 0.2, 0.3, -kInfinite}, {0, 1, 0, 1}, "jet 3 has the score -inf");
}

TEST(ScoresCheck, OneClassOnly) {
  expect_refused({0.1, 0.2, 0.3}, {1, 1, 1}, "all 3 jets are of one class (a ROC curve needs both)");
  expect_refused({0.1, 0.2, 0.3}, {0, 0, 0}, "all 3 jets are of one class");
  expect_refused({}, {}, "there are no jets");
}

TEST(ScoresCheck, LengthsThatDiffer) {
  expect_refused({0.1, 0.2, 0.3}, {0, 1}, "3 scores, 2 labels and 0 weights do not match");
  EXPECT_ERROR(roc_auc(Scores{0.1, 0.2}, Labels{0, 1}, Scores{1}), Error, "2 scores, 2 labels and 1 weights");
}

TEST(ScoresCheck, LabelsOutsideTheTwoClasses) {
  expect_refused({0.1, 0.2, 0.3, 0.4}, {0, 1, 2, 1}, "jet 2 has the label 2 (1 is signal, 0 is background)");
}

TEST(ScoresCheck, WeightsThatAreNotFinite) {
  const Scores score = {0.1, 0.2, 0.3};
  const Labels label = {0, 1, 0};
  for (const double weight : {kNan, kInfinite, -kInfinite}) {
    EXPECT_ERROR(roc_auc(score, label, Scores{1, 1, weight}), Error, "jet 2 has the weight");
  }
}

// A jet of weight 0 is a jet that is not there.
TEST(ScoresCheck, WeightsOfZeroLeaveJetsOut) {
  const Scores score = {0.1, 0.2, 0.3, 0.9, 0.15};
  const Labels label = {0, 1, 0, 0, 1};
  EXPECT_EQ(roc_auc(score, label, Scores{1, 2, 3, 0, 0.5}),
            roc_auc(Scores{0.1, 0.2, 0.3, 0.15}, Labels{0, 1, 0, 1}, Scores{1, 2, 3, 0.5}));
  EXPECT_ERROR(roc_auc(score, label, Scores{1, 0, 1, 1, 0}), Error, "the weights of the jets of label 1 sum to 0");
  EXPECT_ERROR(roc_auc(score, label, Scores{0, 1, 0, 0, 1}), Error, "the weights of the jets of label 0 sum to 0");
}

// Negative weights measure, as long as each class has a positive sum, and do not fit.
TEST(ScoresCheck, NegativeWeights) {
  const Scores score = {0.1, 0.2, 0.3, 0.9, 0.15};
  const Labels label = {0, 1, 0, 0, 1};
  EXPECT_NO_THROW(roc_auc(score, label, Scores{2, 1, -1, 1, 1}));
  EXPECT_ERROR(roc_auc(score, label, Scores{1, 1, -2, 0.5, 1}), Error,
               "the weights of the jets of label 0 sum to -0.5 (the sum of each class must be positive)");
  EXPECT_ERROR(fit_temperature(score, label, Scores{2, 1, -1, 1, 1}), Error,
               "jet 2 has the weight -1, and negative weights make the fit of a temperature impossible");
  EXPECT_ERROR(LogisticRegression({score}, label, Scores{2, 1, -1, 1, 1}), Error, "a logistic regression impossible");
}

TEST(ScoresCheck, ProbabilitiesOutsideZeroToOne) {
  EXPECT_ERROR(probability_metrics(Scores{0.1, 1.5}, Labels{0, 1}), Error,
               "jet 1 has the score 1.5, which is not a probability");
  EXPECT_ERROR(probability_metrics(Scores{-0.1, 0.5}, Labels{0, 1}), Error, "jet 0");
}

}  // namespace
}  // namespace jetvit
