// Compares the models with timm and torch.nn for the same hashed parameters. The references are made by
// tests/oracle/make/make_model_oracles.py.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <ostream>
#include <set>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "model/layer_table.h"
#include "model/oracle_file.h"
#include "model/registry.h"
#include "support/filled_model.h"
#include "support/hash_fill.h"
#include "support/model_names.h"

namespace jetvit {
namespace {

constexpr double kLogitTolerance = 1e-5;
constexpr double kGradientTolerance = 1e-4;  // relative to the norm of a gradient
// Gradients that vanish in exact arithmetic (a bias before a norm) are those whose norm in the float64 reference is
// below the first fraction of the largest norm. Rounding errors in them may be up to the second fraction.
constexpr double kVanishes = 1e-9;
constexpr double kVanishingTolerance = 1e-5;
constexpr double kStatisticTolerance = 1e-5;  // relative to the norm of a running statistic

struct OracleCase {
  std::string model;
  Json content;
};

// The parameter that GoogleTest prints with the name of a test.
void PrintTo(const OracleCase& item, std::ostream* out) {
  *out << item.model << ' ' << item.content.at("options");
}

std::vector<OracleCase> oracle_cases(bool with_gradients) {
  std::vector<OracleCase> cases;
  for (const std::string& model : test::model_names()) {
    const Json oracle = test::read_model_oracle(model);
    for (const Json& content : oracle.at("cases")) {
      if (content.contains("gradients") || !with_gradients) cases.push_back({model, content});
    }
  }
  return cases;
}

std::string case_name(const testing::TestParamInfo<OracleCase>& info) {
  const Json& options = info.param.content.at("options");
  std::string name = info.param.model;
  for (const auto& [key, value] : options.items()) name += text("_", key, "_", value.dump());
  std::replace_if(
      name.begin(), name.end(), [](unsigned char of) { return std::isalnum(of) == 0; }, '_');
  return name;
}

class ModelOracle : public testing::TestWithParam<OracleCase> {
 protected:
  const Json& content() const { return GetParam().content; }

  std::unique_ptr<Model> make_filled() const { return test::filled_model(GetParam().model, content().at("options")); }

  at::Tensor logits(Model& model, const char* images = "x") const {
    const std::int64_t size = model.image_size();
    const at::Tensor x = test::hash_tensor(images, {batch(), model.channels(), size, size});
    return model.forward(x).flatten();
  }

  void expect_statistics(const Model& model, const Json& expected) const {
    const std::vector<NamedTensor> buffers = model.buffers();
    EXPECT_EQ(buffers.size(), expected.size());
    for (const NamedTensor& buffer : buffers) {
      const double norm = buffer.tensor.to(at::kDouble).norm().item<double>();
      EXPECT_NEAR(test::hash_product(buffer.name, buffer.tensor), expected.at(buffer.name).get<double>(),
                  kStatisticTolerance * norm)
          << buffer.name;
    }
  }

  std::int64_t batch() const { return static_cast<std::int64_t>(content().at("logits").size()); }
};

TEST_P(ModelOracle, LogitsEqualTheReference) {
  const std::unique_ptr<Model> model = make_filled();
  EXPECT_EQ(parameter_count(*model), content().at("parameters").get<std::int64_t>());
  model->train(false);
  const at::NoGradGuard no_gradients;
  const auto expect_reference = [&] {
    const at::Tensor found = logits(*model);
    for (std::int64_t image = 0; image < batch(); ++image) {
      EXPECT_NEAR(found[image].item<double>(), content().at("logits").at(static_cast<std::size_t>(image)).get<double>(),
                  kLogitTolerance);
    }
  };
  expect_reference();
  SCOPED_TRACE("packed");
  model->pack(at::kFloat);
  expect_reference();
}

TEST_P(ModelOracle, LayersHoldTheParametersOfTheReference) {
  const std::unique_ptr<Model> model = make_model_shape(GetParam().model, content().at("options"));
  EXPECT_EQ(layer_table(*model).parameters, content().at("parameters").get<std::int64_t>());
  if (!content().contains("gradients")) return;
  std::set<std::string> names, expected;
  for (const NamedTensor& parameter : model->parameters()) names.insert(parameter.name);
  for (const auto& [name, gradient] : content().at("gradients").items()) expected.insert(name);
  EXPECT_EQ(names, expected);
}

// Stored for at least one case of every model. --gtest_output=json:FILE reports the largest difference of a gradient.
class GradientOracle : public ModelOracle {};

TEST_P(GradientOracle, GradientsAndStatisticsEqualTheReference) {
  const std::unique_ptr<Model> model = make_filled();
  model->train(true);
  for (int step = 1; step < content().value("steps", 1); ++step) logits(*model);
  (logits(*model) * test::hash_tensor("loss", {batch()})).sum().backward();
  const Json& expected = content().at("gradients");
  double largest = 0;
  for (const Json& pair : expected) largest = std::max(largest, pair.at(0).get<double>());
  const std::vector<NamedTensor> parameters = model->parameters();
  EXPECT_EQ(parameters.size(), expected.size());
  double worst = 0;
  for (const NamedTensor& parameter : parameters) {
    ASSERT_TRUE(expected.contains(parameter.name)) << parameter.name;
    ASSERT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
    const at::Tensor gradient = parameter.tensor.grad();
    const double norm = expected.at(parameter.name).at(0).get<double>();
    const double product = expected.at(parameter.name).at(1).get<double>();
    const double found = gradient.to(at::kDouble).norm().item<double>();
    if (norm <= kVanishes * largest) {
      EXPECT_LE(found, kVanishingTolerance * largest) << parameter.name;
      continue;
    }
    const double difference =
        std::max(std::abs(found - norm), std::abs(test::hash_product(parameter.name, gradient) - product));
    EXPECT_LE(difference / norm, kGradientTolerance) << parameter.name;
    worst = std::max(worst, difference / norm);
  }
  RecordProperty("worst_gradient", text(worst));
  expect_statistics(*model, content().at("buffers"));
  if (!content().contains("third_buffers")) return;
  const at::NoGradGuard no_gradients;
  for (const char* images : {"x2", "x3"}) logits(*model, images);
  expect_statistics(*model, content().at("third_buffers"));
}

INSTANTIATE_TEST_SUITE_P(Timm, ModelOracle, testing::ValuesIn(oracle_cases(false)), case_name);
INSTANTIATE_TEST_SUITE_P(Timm, GradientOracle, testing::ValuesIn(oracle_cases(true)), case_name);

// Mean and standard deviation of initial parameters, over as many draws as for the reference.
class InitialParameters : public testing::TestWithParam<std::string> {};

TEST_P(InitialParameters, AreDrawnAsInTheReference) {
  constexpr int kDraws = 8;
  struct Sums {
    double values = 0, squares = 0;
    std::int64_t count = 0;
  };
  const Json oracle = test::read_model_oracle(GetParam());
  std::map<std::string, Sums> sums;
  for (int draw = 0; draw < kDraws; ++draw) {
    for (const NamedTensor& parameter : make_model(GetParam(), oracle.at("cases").at(1).at("options"))->parameters()) {
      const at::Tensor values = parameter.tensor.detach().to(at::kDouble);
      Sums& sum = sums[parameter.name];
      sum.values += values.sum().item<double>();
      sum.squares += values.square().sum().item<double>();
      sum.count += values.numel();
    }
  }
  const Json& expected = oracle.at("drawn");
  ASSERT_EQ(sums.size(), expected.size());
  for (const auto& [name, sum] : sums) {
    const auto count = static_cast<double>(sum.count);
    const double mean = sum.values / count;
    const double deviation = std::sqrt(std::max(sum.squares / count - mean * mean, 0.0));
    const double expected_deviation = expected.at(name).at(1).get<double>();
    // Both sides are random: six standard errors of the difference, for a kurtosis up to that of a normal distribution.
    const double error = expected_deviation / std::sqrt(count);
    constexpr double kRounding = 1e-7;  // for parameters that are not random
    EXPECT_NEAR(mean, expected.at(name).at(0).get<double>(), 6 * std::sqrt(2) * error + kRounding) << name;
    EXPECT_NEAR(deviation, expected_deviation, 6 * error + kRounding) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Timm, InitialParameters, testing::ValuesIn(test::model_names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
