// Properties of the options of every model: each option has an effect; a model accepts an image size or names the
// nearest ones that it accepts; and it trains with every size that it accepts.
#include <algorithm>
#include <regex>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "model/layer_table.h"
#include "model/registry.h"
#include "support/filled_model.h"
#include "support/hash_fill.h"
#include "support/model_names.h"

namespace jetvit {
namespace {

std::vector<std::string> small_models() {
  std::vector<std::string> names = test::model_names();
  std::erase_if(names, [](const std::string& name) { return !name.ends_with("nano") && name != "resnet_15"; });
  return names;
}

class SmallModel : public testing::TestWithParam<std::string> {};
class AnyModel : public testing::TestWithParam<std::string> {};

// A different value for an option of a small model, consistent with its other options.
Json changed(const std::string& key, const Json& value) {
  const auto each = [&value](auto change) {
    Json list = Json::array();
    for (const Json& number : value) list.push_back(change(number.get<int>()));
    return list;
  };
  if (key == "image_size") return 96;
  if (key == "channels") return 5;
  if (key == "blocks") return "CTT";
  if (key == "head_widths") return {16};
  if (key == "patch_size") return value == 2 ? 4 : 8;
  if (key == "window") return value == 0 ? 3 : 4;
  if (key == "head_dim") return 8;
  if (key == "split") return 2;
  if (key.ends_with("_ratio")) return 2;
  if (key.ends_with("kernels")) return each([](int side) { return side + 2; });
  if (key.ends_with("strides")) return each([](int) { return 2; });
  if (key == "stem_stride") return value == 1 ? 2 : 1;
  if (key == "depth") return value.get<int>() + 1;
  if (key.ends_with("depths")) return each([](int blocks) { return blocks + 1; });
  return value.is_array() ? each([](int width) { return 2 * width; }) : Json(2 * value.get<int>());
}

at::Tensor logits(const std::string& name, const Json& options) {
  const std::unique_ptr<Model> model = test::filled_model(name, options);
  model->train(false);
  const at::NoGradGuard no_gradients;
  return model->forward(test::hash_tensor("x", {2, model->channels(), model->image_size(), model->image_size()}));
}

TEST_P(SmallModel, EveryOptionChangesTheLogits) {
  const Json start = resolved_model_options(GetParam(), {{"image_size", 48}});
  const at::Tensor before = logits(GetParam(), start);
  for (const auto& [key, value] : start.items()) {
    if (key == "outputs" || key == "dropout" || key.ends_with("drop_path"))
      continue;  // registry_test.cc, structure_test.cc
    SCOPED_TRACE(key);
    Json options = start;
    options[key] = changed(key, value);
    EXPECT_NE(options.at(key), value);
    EXPECT_GT((logits(GetParam(), options) - before).abs().max().item<double>(), 1e-3);
  }
}

// In the narrowest models, width ratios give less than one channel.
TEST(NarrowModels, HaveNoEmptyParameters) {
  const std::vector<std::pair<std::string, const char*>> models = {
      {"maxvit_tiny", R"({"embed_dim": [2, 4], "depths": [1, 1], "head_dim": 2, "stem_width": [4, 4]})"},
      {"maxvit_tiny_rw", R"({"embed_dim": [1, 2], "depths": [1, 1], "head_dim": 1, "stem_width": [1, 1]})"},
      {"coatnet_0", R"({"embed_dim": [1, 2], "depths": [1, 1], "blocks": "CT", "head_dim": 1, "stem_width": [1, 1]})"},
      {"coatnet_0_paper",
       R"({"embed_dim": [1, 2], "depths": [1, 1], "blocks": "CT", "head_dim": 1, "stem_width": [1, 1]})"},
      {"efficientnet_nano", R"({"stem_width": 4, "embed_dim": [4, 4, 4, 4], "expand_ratio": 1, "head_width": 1})"},
      {"effswin_nano",
       R"({"stem_width": 4, "front_dim": [4, 4, 4], "front_expand_ratio": 1, "embed_dim": 1, "heads": [1, 1, 1]})"},
      {"swin_nano", R"({"embed_dim": 1, "heads": [1, 1, 1], "mlp_ratio": 1})"},
      {"davit_nano", R"({"embed_dim": [1, 1, 1], "heads": [1, 1, 1], "mlp_ratio": 1})"},
      {"vit_nano", R"({"embed_dim": 1, "heads": 1, "mlp_ratio": 1})"},
      {"resnet_15", R"({"width": 1, "depths": [1]})"}};
  for (const auto& [name, narrow] : models) {
    SCOPED_TRACE(name);
    Json options = Json::parse(narrow);
    options["image_size"] = name.ends_with("nano") ? 48 : 32;
    for (const NamedTensor& parameter : make_model_shape(name, options)->parameters()) {
      EXPECT_GT(parameter.tensor.numel(), 0) << parameter.name;
    }
  }
}

// The error of a model for an image size; "" if it accepts the size and returns one logit.
std::string refusal(const std::string& name, int size) {
  try {
    const std::unique_ptr<Model> model = make_model_shape(name, {{"image_size", size}});
    EXPECT_EQ(layer_table(*model).output, std::vector<std::int64_t>{1}) << size;
    return "";
  } catch (const UsageError& error) {
    return error.what();
  }
}

// The numbers after "nearest:", or the ends of the range if the message gives a range.
std::vector<int> suggestions(const std::string& message) {
  static const std::regex nearest("nearest: (\\d+)(?: or (\\d+))?\\)"), range("\\((\\d+) to (\\d+)\\)");
  std::smatch found;
  std::vector<int> sizes;
  if (!std::regex_search(message, found, nearest) && !std::regex_search(message, found, range)) return sizes;
  for (std::size_t group = 1; group < found.size(); ++group) {
    if (found[group].matched) sizes.push_back(std::stoi(found[group]));
  }
  return sizes;
}

TEST_P(AnyModel, AcceptsAnImageSizeOrNamesTheNearestOnes) {
  for (const int size : {1, 7, 8, 16, 31, 33, 48, 96, 100, 125, 128, 129, 224, 225, 300, 1000, 4095, 4096}) {
    SCOPED_TRACE(size);
    const std::string message = refusal(GetParam(), size);
    if (message.empty()) continue;
    const std::vector<int> sizes = suggestions(message);
    ASSERT_FALSE(sizes.empty()) << message;
    int distance = 4096;
    for (const int nearest : sizes) {
      EXPECT_EQ(refusal(GetParam(), nearest), "") << message;
      distance = std::min(distance, std::abs(nearest - size));
    }
    // No nearer size is accepted.
    for (int step = 1; step < distance; step += 1 + distance / 8) {
      EXPECT_NE(refusal(GetParam(), size - step), "") << size - step;
      EXPECT_NE(refusal(GetParam(), size + step), "") << size + step;
    }
  }
}

TEST_P(SmallModel, TrainsOnEverySizeThatItAccepts) {
  for (const int size : {1, 2, 5, 8, 16, 23, 31, 48, 125}) {
    if (!refusal(GetParam(), size).empty()) continue;
    SCOPED_TRACE(size);
    const std::unique_ptr<Model> model = make_model(GetParam(), {{"image_size", size}});
    const at::Tensor images = test::hash_tensor("x", {3, model->channels(), size, size});
    model->forward(images).square().sum().backward();
    for (const NamedTensor& parameter : model->parameters()) {
      ASSERT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
      EXPECT_TRUE(at::isfinite(parameter.tensor.grad()).all().item<bool>()) << parameter.name;
    }
    model->train(false);
    const at::NoGradGuard no_gradients;
    EXPECT_TRUE(at::isfinite(model->forward(images)).all().item<bool>());
  }
}

INSTANTIATE_TEST_SUITE_P(Registry, SmallModel, testing::ValuesIn(small_models()),
                         [](const auto& parameter) { return parameter.param; });
INSTANTIATE_TEST_SUITE_P(Registry, AnyModel, testing::ValuesIn(test::model_names()),
                         [](const auto& parameter) { return parameter.param; });

}  // namespace
}  // namespace jetvit
