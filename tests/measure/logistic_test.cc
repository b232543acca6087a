#include "measure/logistic.h"

#include <gtest/gtest.h>

namespace jetvit {
namespace {

TEST(Logistic, SigmoidHasItsProperties) {
  EXPECT_EQ(sigmoid(0), 0.5);
  for (const double logit : {0.1, 1.0, 5.0, 30.0}) {
    EXPECT_NEAR(sigmoid(logit) + sigmoid(-logit), 1, 1e-15);
    EXPECT_NEAR(std::log(sigmoid(-logit) / (1 - sigmoid(-logit))), -logit, 1e-12 * logit);
  }
  EXPECT_EQ(sigmoid(1e4), 1);
  EXPECT_EQ(sigmoid(-1e4), 0);
  EXPECT_GT(sigmoid(-700), 0);
}

TEST(Logistic, LogLossIsThatOfTheProbability) {
  for (const double logit : {-5.0, -0.3, 0.0, 0.3, 5.0}) {
    EXPECT_NEAR(log_loss_of_logit(logit, true), -std::log(sigmoid(logit)), 1e-14);
    EXPECT_NEAR(log_loss_of_logit(logit, false), -std::log(1 - sigmoid(logit)), 1e-13);
  }
  // For logits whose probability is rounded to 0 or 1.
  EXPECT_EQ(log_loss_of_logit(-1e4, true), 1e4);
  EXPECT_EQ(log_loss_of_logit(1e4, false), 1e4);
  EXPECT_NEAR(log_loss_of_logit(50, true) / std::exp(-50.0), 1, 1e-12);
}

}  // namespace
}  // namespace jetvit
