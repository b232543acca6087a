#include "model/model_description.h"

#include <functional>
#include <numeric>

#include "model/registry.h"
#include "support/expect_error.h"
#include "support/kept_threads.h"

namespace jetvit {
namespace {

class DescribeModel : public testing::Test {
  test::KeptThreads threads_;
};

// Calls body(row) for the rows without parts of "layers", of all levels.
void for_each_leaf(const Json& layers, const std::function<void(const Json&)>& body) {
  for (const Json& row : layers) {
    if (row.at("layers").empty()) {
      body(row);
    } else {
      for_each_leaf(row.at("layers"), body);
    }
  }
}

std::int64_t values_in(const std::vector<std::int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

TEST_F(DescribeModel, SettingsReachTheModel) {
  const ModelDescription found = describe_model({"vit_nano", {"image_size=48", "outputs=3", "outputs=5"}});
  EXPECT_EQ(found.options.at("image_size"), 48);
  EXPECT_EQ(found.options.size(), found.option_help.size());
  EXPECT_EQ(found.layers.output, std::vector<std::int64_t>{5});
  EXPECT_EQ(found.layers.parameters, parameter_count(*make_model("vit_nano", {{"image_size", 48}, {"outputs", 5}})));
  EXPECT_ERROR(describe_model({"vit_nano", {"image_sise=48"}}), UsageError, "image_sise");
  EXPECT_ERROR(describe_model({"vit_nana", {}}), UsageError, "did you mean vit_nano?");
}

TEST_F(DescribeModel, JsonAddsUp) {
  const ModelDescription description = describe_model({"swin_nano", {}});
  const Json json = to_json(description);
  for (const char* key : {"parameters", "multiply_adds"}) {
    std::int64_t sum = 0;
    for_each_leaf(json.at("layers"), [&](const Json& row) { sum += row.at(key).get<std::int64_t>(); });
    EXPECT_EQ(sum, json.at(key).get<std::int64_t>()) << key;
    EXPECT_GT(sum, 0) << key;
  }
  std::int64_t values = 0;
  for (const ParameterShape& of : description.parameters) {
    EXPECT_EQ(of.values, values_in(of.shape)) << of.name;
    values += of.values;
  }
  EXPECT_EQ(values, json.at("parameters").get<std::int64_t>());
}

// The names of layers are whole: those of their tensors begin with them.
TEST_F(DescribeModel, LayersHaveTheTensorsOfTheirNames) {
  const Json json = to_json(describe_model({"swin_nano", {}}));
  int leaves = 0;
  for_each_leaf(json.at("layers"), [&](const Json& row) {
    const std::string name = row.at("name");
    std::int64_t values = 0;
    for (const Json& tensor : json.at("tensors")) {
      const std::string of = tensor.at("name");
      if (of == name || of.starts_with(name + ".")) values += values_in(tensor.at("shape"));
    }
    EXPECT_EQ(values, row.at("parameters").get<std::int64_t>()) << name;
    ++leaves;
  });
  EXPECT_GT(leaves, 10);
}

}  // namespace
}  // namespace jetvit
