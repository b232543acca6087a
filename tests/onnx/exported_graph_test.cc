// onnxruntime judges the files of all models: tests/oracle/check/export_onnx.py.
#include "onnx/exported_graph.h"

#include <limits>

#include "model/io/weights.h"
#include "onnx/model_metadata.h"
#include "support/expect_error.h"
#include "support/filled_model.h"
#include "support/model_names.h"

namespace jetvit::onnx {
namespace {

TrainedModel trained_model(const std::string& name) {
  TrainedModel trained;
  trained.transform =
      make_input_transform(quark_gluon_channels(), std::vector<ChannelStatistics>(3), {"log1p"}, true, 1e-3);
  const int size = name == "resnet_15" ? 40 : 48;
  trained.model = test::filled_model(name, {{"channels", trained.transform.outputs()}, {"image_size", size}});
  trained.model->train(false);
  trained.model_name = name;
  trained.image.size = size;
  trained.shape = ImageShape{3, 125, 125};
  return trained;
}

class ExportedModels : public testing::TestWithParam<std::string> {};

// export_graph() itself throws where graph and model differ.
TEST_P(ExportedModels, AgreeWithTheirModel) {
  const TrainedModel trained = trained_model(GetParam());
  const ExportedGraph exported = export_graph(trained);
  EXPECT_LE(exported.check.logit, 1e-5);
  EXPECT_LE(exported.check.image, 1e-5);
  EXPECT_EQ(exported.graph.inputs[0].name, "pixels");
  EXPECT_EQ(exported.graph.inputs[0].sizes, (Ints{3, 125, 125}));
  // Weights keep their names.
  std::vector<std::string> constants;
  for (const Constant& constant : exported.graph.constants()) constants.push_back(constant.name);
  for (const NamedTensor& weight : trained.model->parameters()) {
    if (weight.name.ends_with("bias_table")) continue;           // enters as the biases that are looked up in it
    if (weight.name.starts_with("blocks.3.attn.qkv")) continue;  // vit_nano: of its last block, the class token alone
    if (weight.name == "cls_token" || weight.name == "pos_embed") continue;
    EXPECT_THAT(constants, testing::Contains(weight.name));
  }
}

INSTANTIATE_TEST_SUITE_P(All, ExportedModels, testing::ValuesIn(test::small_model_names()));

TEST(ExportedGraph, WhatTheCheckpointLacksIsSaid) {
  TrainedModel trained = trained_model("vit_nano");
  trained.shape.reset();
  EXPECT_ERROR(export_graph(trained), Error, "does not say what size its raw images had");
}

TEST(ExportedGraph, WeightsThatAreNoNumbersAreRefused) {
  const TrainedModel trained = trained_model("vit_nano");
  trained.model->parameters()[0].tensor.detach().fill_(std::numeric_limits<float>::quiet_NaN());
  EXPECT_ERROR(export_graph(trained), Error, "not finite");
}

TEST(ExportedGraph, SeveralOutputsAreRefused) {
  TrainedModel trained = trained_model("vit_nano");
  trained.model = test::filled_model("vit_nano", {{"channels", 3}, {"image_size", 48}, {"outputs", 2}});
  EXPECT_ERROR(export_graph(trained), Error, "returns 2 values a jet");
}

TEST(WeightsDigest, FollowsEveryWeight) {
  const TrainedModel one = trained_model("resnet_15");
  const TrainedModel other = trained_model("resnet_15");
  EXPECT_EQ(weights_digest(*one.model), weights_digest(*other.model));
  other.model->parameters().back().tensor.detach().add_(1e-3);
  EXPECT_NE(weights_digest(*one.model), weights_digest(*other.model));
}

}  // namespace
}  // namespace jetvit::onnx
