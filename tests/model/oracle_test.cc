// The models against what timm and torch.nn computed with the same hashed parameters:
// tests/oracle/make_model_oracles.py.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <map>
#include <ostream>
#include <set>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/options.h"
#include "base/text.h"
#include "model/layer_table.h"
#include "model/registry.h"
#include "support/filled_model.h"
#include "support/hash_fill.h"

namespace jetvit {
namespace {

constexpr double kLogitTolerance = 1e-5;
constexpr double kGradientTolerance = 1e-4;  // of the norm of a gradient or statistic
// Gradients that vanish in exact arithmetic (a bias before a norm) are rounding only: a gradient counts as no smaller
// than this share of the largest.
constexpr double kGradientFloor = 0.02;

struct OracleCase {
  std::string model;
  Json content;
};

// What GoogleTest lists beside a test's name.
void PrintTo(const OracleCase& item, std::ostream* out) {
  *out << item.model << ' ' << item.content.at("options");
}

Json read_oracle(const std::string& model) {
  constexpr std::uint64_t kLimit = 1 << 20;
  const std::filesystem::path path =
      std::filesystem::path(JETVIT_SOURCE_DIR) / "tests/model/oracles" / text(model, ".json");
  return parse_json(read_text_file(path, kLimit), path.string());
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const ModelInfo& info : model_list()) names.push_back(info.name);
  return names;
}

std::vector<OracleCase> oracle_cases(bool with_gradients) {
  std::vector<OracleCase> cases;
  for (const std::string& model : model_names()) {
    const Json oracle = read_oracle(model);
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
                  kGradientTolerance * norm)
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
  const at::Tensor found = logits(*model);
  for (std::int64_t image = 0; image < batch(); ++image) {
    EXPECT_NEAR(found[image].item<double>(), content().at("logits").at(static_cast<std::size_t>(image)).get<double>(),
                kLogitTolerance);
  }
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

// Stored for every case of the small models and one case of the others. --gtest_output=json:FILE shows how large the
// worst difference of a gradient is.
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
    const double difference = std::max(std::abs(gradient.to(at::kDouble).norm().item<double>() - norm),
                                       std::abs(test::hash_product(parameter.name, gradient) - product));
    const double relative = difference / (norm + kGradientFloor * largest);
    EXPECT_LE(relative, kGradientTolerance) << parameter.name;
    worst = std::max(worst, relative);
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

// The root mean square of freshly drawn parameters, averaged over seeds, against the reference's initialisation.
class InitialParameters : public testing::TestWithParam<std::string> {};

TEST_P(InitialParameters, AreDrawnAsInTheReference) {
  constexpr int kDraws = 8;
  const Json oracle = read_oracle(GetParam());
  std::map<std::string, double> squares;
  std::map<std::string, std::int64_t> values;
  for (int draw = 0; draw < kDraws; ++draw) {
    for (const NamedTensor& parameter : make_model(GetParam(), oracle.at("cases").at(1).at("options"))->parameters()) {
      squares[parameter.name] += parameter.tensor.to(at::kDouble).square().mean().item<double>() / kDraws;
      values[parameter.name] += parameter.tensor.numel();
    }
  }
  const Json& expected = oracle.at("deviations");
  ASSERT_EQ(squares.size(), expected.size());
  for (const auto& [name, square] : squares) {
    // Both sides are drawn: six standard errors of the difference, kurtosis at most that of a normal distribution.
    const double tolerance = 6 / std::sqrt(static_cast<double>(values[name]));
    const double deviation = expected.at(name).get<double>();
    EXPECT_NEAR(std::sqrt(square), deviation, tolerance * deviation) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Timm, InitialParameters, testing::ValuesIn(model_names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
