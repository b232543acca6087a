#include "measure/temperature.h"

#include <cmath>

#include <gtest/gtest.h>

#include "measure/generated_jets.h"
#include "measure/probability_metrics.h"
#include "support/expect_error.h"

namespace jetvit {
namespace {

TEST(Temperature, UndoesTheOneThatWasApplied) {
  const test::GeneratedJets jets = test::generated_jets(20'000, 0, 860);
  const double own = fit_temperature(jets.score, jets.label);
  EXPECT_NEAR(own, 1, 0.03);  // the scores are true probabilities
  for (const double applied : {0.25, 3.0}) {
    const std::vector<double> distorted = with_temperature(jets.score, applied);
    EXPECT_NEAR(fit_temperature(distorted, jets.label), own / applied, 1e-5);  // probabilities near 1 are rounded
    const std::vector<double> back = with_temperature(distorted, 1 / applied);
    for (std::size_t jet = 0; jet < 100; ++jet) EXPECT_NEAR(back[jet], jets.score[jet], 1e-12);
  }
}

TEST(Temperature, IsTheOptimumOfTheLogLoss) {
  const test::GeneratedJets jets = test::generated_jets(500, 0, 870);
  const std::vector<double> sure = with_temperature(jets.score, 0.4);
  const double best = fit_temperature(sure, jets.label);
  const double loss = probability_metrics(with_temperature(sure, best), jets.label).log_loss;
  for (const double factor : {0.5, 0.9, 0.99, 1.01, 1.1, 2.0}) {
    EXPECT_GT(probability_metrics(with_temperature(sure, best * factor), jets.label).log_loss, loss) << factor;
  }
}

TEST(Temperature, IsTheOptimumOfTheWeightedLogLoss) {
  const test::GeneratedJets jets = test::generated_jets(500, 0, 880);
  std::vector<double> weight = jets.weight;
  for (std::size_t jet = 0; jet < weight.size(); ++jet) weight[jet] = jets.score[jet] > 0.6 ? 5 : 0;
  const double best = fit_temperature(jets.score, jets.label, weight);
  EXPECT_GT(std::abs(best - fit_temperature(jets.score, jets.label)), 0.02);
  const double loss = probability_metrics(with_temperature(jets.score, best), jets.label, weight).log_loss;
  for (const double factor : {0.5, 0.9, 0.99, 1.01, 1.1, 2.0}) {
    EXPECT_GT(probability_metrics(with_temperature(jets.score, best * factor), jets.label, weight).log_loss, loss)
        << factor;
  }
}

TEST(Temperature, CertaintiesAndPerfectClassifiers) {
  const std::vector<double> perfect = {0, 0.2, 0.9, 1};
  const std::vector<std::uint8_t> label = {0, 0, 1, 1};
  EXPECT_NEAR(fit_temperature(perfect, label), 0.01, 1e-9);  // more confident is better
  EXPECT_EQ(with_temperature(perfect, 2).front(), 0);
  EXPECT_EQ(with_temperature(perfect, 2).back(), 1);
  const std::vector<std::uint8_t> wrong = {1, 1, 0, 0};
  EXPECT_NEAR(fit_temperature(perfect, wrong), 100, 1e-6);  // less confident is better
  EXPECT_NEAR(with_temperature(perfect, 2)[1], 1 / (1 + std::sqrt(4.0)), 1e-12);
  EXPECT_ERROR(fit_temperature(std::vector<double>{0.5, 1.5}, std::vector<std::uint8_t>{0, 1}), Error,
               "not a probability");
}

}  // namespace
}  // namespace jetvit
