#include "predict/forward_command.h"

#include <ATen/core/grad_mode.h>

#include "model/io/safetensors.h"
#include "support/difference.h"
#include "support/expect_error.h"
#include "support/filled_model.h"
#include "support/kept_threads.h"
#include "support/temp_folder.h"

namespace jetvit {
namespace {

// A model with batch norms: their running statistics, which a hash fills, are used in evaluation mode alone.
class RunForward : public testing::Test {
 protected:
  RunForward() { write_safetensors(folder_ / "weights", {named_weights(*model_), {}}); }

  at::Tensor images(std::int64_t count) const {
    return test::hash_tensor("x", {count, model_->channels(), model_->image_size(), model_->image_size()});
  }

  // Of a file with this tensor.
  ForwardCommand command(const std::string& name, const at::Tensor& tensor) const {
    write_safetensors(folder_ / "input", {{{name, tensor}}, {}});
    return {"efficientnet_nano", {"outputs=2"}, folder_ / "weights", folder_ / "input", folder_ / "output"};
  }

  test::KeptThreads threads_;
  test::TempFolder folder_;
  std::unique_ptr<Model> model_ = test::filled_model("efficientnet_nano", {{"outputs", 2}});
};

// Of single images, in the float32 that the file's numbers are converted to: the same but for rounding.
TEST_F(RunForward, LogitsAreThoseOfTheModelInEvaluationMode) {
  const ForwardSummary summary = run_forward(command("x", images(3).to(at::kDouble)));
  EXPECT_EQ(summary.images, 3);
  EXPECT_EQ(summary.outputs, 2);
  EXPECT_EQ(summary.output, folder_ / "output");
  const at::Tensor logits = read_safetensors(folder_ / "output").tensors.at("logits");
  ASSERT_EQ(logits.sizes(), at::IntArrayRef({3, 2}));
  EXPECT_EQ(logits.scalar_type(), at::kFloat);
  model_->train(false);
  const at::NoGradGuard no_gradients;
  for (int image = 0; image < 3; ++image) {
    const at::Tensor expected = model_->forward(images(3).narrow(0, image, 1));
    EXPECT_LT(test::difference(logits.narrow(0, image, 1), expected), 1e-5) << image;
  }
}

TEST_F(RunForward, InputsThatDoNotFitAreRefused) {
  const at::Tensor whole = images(2);
  EXPECT_ERROR(run_forward(command("y", whole)), Error, "input: has no tensor \"x\"");
  EXPECT_ERROR(run_forward(command("x", whole[0])), Error, "input: x must have the shape (N, 3, ");
  EXPECT_ERROR(run_forward(command("x", whole.narrow(1, 0, 2))), Error, "input: x must have the shape (N, 3, ");
  EXPECT_ERROR(run_forward(command("x", whole.narrow(3, 0, 8))), Error, "input: x must have the shape (N, 3, ");
  ForwardCommand other = command("x", whole);
  other.settings = {"outputs=3"};
  EXPECT_ERROR(run_forward(other), Error, "weights");
  other.settings = {"outputs"};
  EXPECT_ERROR(run_forward(other), UsageError, "`set` outputs: is not of the form key=value");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "output"));
}

TEST_F(RunForward, OnlyLogitsOfTheCommandAreReplaced) {
  ForwardCommand again = command("x", images(1));
  run_forward(again);
  EXPECT_ERROR(run_forward(again), Error, "output");
  again.overwrite = true;
  EXPECT_NO_THROW(run_forward(again));
  again.output = again.input;
  EXPECT_ERROR(run_forward(again), Error, "is an input of this command");
  EXPECT_EQ(read_safetensors(again.input).tensors.count("x"), 1U);
}

}  // namespace
}  // namespace jetvit
