#include "onnx/recording.h"

#include <stdexcept>

#include <ATen/TensorOperators.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

namespace jetvit::onnx {
namespace {

TEST(Recording, TakesTheOutermostCallsAlone) {
  const at::Tensor weight = at::ones({1, 1, 1, 1});
  const Recording made =
      record(at::ones({1, 1, 2, 2}), [&](const at::Tensor& x) { return at::conv2d(x, weight).relu(); });
  ASSERT_EQ(made.calls.size(), 2);
  EXPECT_EQ(made.calls[0].name, "aten::conv2d");  // and not the convolution that it calls
  EXPECT_EQ(made.calls[1].name, "aten::relu");
  EXPECT_EQ(made.calls[0].input_values[0], made.input);
  EXPECT_EQ(made.calls[0].input_values.size(), 2);  // no bias
  EXPECT_EQ(made.calls[1].input_values[0], made.calls[0].output_values[0]);
  EXPECT_EQ(made.output, made.calls[1].output_values[0]);
}

TEST(Recording, ACallInPlaceMakesANewValue) {
  const Recording made = record(at::ones({2, 2}), [](const at::Tensor& x) {
    const at::Tensor y = x * 2;
    const at::Tensor view = y.view({4});
    y.add_(x);
    return view;
  });
  const RecordedCall& add = made.calls.back();
  EXPECT_EQ(add.name, "aten::add_.Tensor");
  EXPECT_NE(add.input_values[0], add.output_values[0]);
  const int call = static_cast<int>(made.calls.size()) - 1;
  EXPECT_EQ(made.values[static_cast<std::size_t>(add.input_values[0])].overwritten, call);
  EXPECT_EQ(made.values[static_cast<std::size_t>(made.output)].overwritten, call);  // the view shows the same memory
}

TEST(Recording, EndsWithTheForwardPassThatThrows) {
  const auto fails = [](const at::Tensor&) -> at::Tensor { throw std::runtime_error("stop"); };
  EXPECT_THROW(record(at::ones({1}), fails), std::runtime_error);
  at::ones({1}).relu();  // would be recorded into memory that is gone
  EXPECT_EQ(record(at::ones({1}), [](const at::Tensor& x) { return x.relu(); }).calls.size(), 1);
}

}  // namespace
}  // namespace jetvit::onnx
