#include <ATen/core/Tensor.h>
#include <ATen/ops/rand.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include "compute/autocast.h"
#include "model/registry.h"
#include "predict/predictor.h"
#include "support/bf16_options.h"

namespace jetvit {
namespace {

using test::kBf16;

// Images that come in bfloat16 are those that autocast would have made: the outputs are the same to the last bit.
TEST(InputFormat, Bfloat16ImagesChangeNoOutput) {
  const c10::NoGradGuard no_grad;
  int count = 0;
  for (const ModelInfo& info : model_list()) {
    if (!info.name.ends_with("_nano") && info.name != "resnet_15") continue;
    const std::unique_ptr<Model> model = make_model(info.name, Json::object());
    model->train(false);
    const ImageFormat format = input_format(*model, kBf16);
    EXPECT_EQ(format.precision, Precision::kBf16);
    EXPECT_EQ(format.channels_last, model->prefers_channels_last());
    const at::Tensor images =
        at::rand({2, model->channels(), model->image_size(), model->image_size()}).contiguous(format.memory_format());
    const AutocastGuard autocast(kBf16);
    EXPECT_TRUE(model->forward(images).equal(model->forward(images.to(at::kBFloat16)))) << info.name;
    ++count;
  }
  EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace jetvit
