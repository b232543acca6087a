// The number of values that batch norms need in training.
#include "model/layers/norm.h"

#include <cstdint>
#include <vector>

#include <ATen/ops/equal.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "support/expect_error.h"
#include "support/hash_fill.h"

namespace jetvit {
namespace {

constexpr const char* kRefusal = "batch norm: one value a channel to train on";

TEST(BatchNorm, RefusesToTrainOnOneValuePerChannelAndKeepsItsStatistics) {
  const BatchNorm2d norm(32);
  // Also in the memory format that the fused operator uses.
  for (const at::MemoryFormat order : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
    const at::Tensor x = test::hash_tensor("x", {1, 32, 1, 1}).contiguous(order);
    EXPECT_ERROR(norm.forward(x), Error, kRefusal);
    for (const Activation activation : {Activation::kSilu, Activation::kRelu}) {
      EXPECT_ERROR(norm.forward(x, activation), Error, kRefusal);
    }
  }
  EXPECT_TRUE(at::equal(norm.buffers().at(0).tensor, at::zeros({32})));
  EXPECT_TRUE(at::equal(norm.buffers().at(1).tensor, at::ones({32})));
}

TEST(BatchNorm, TrainsOnTwoValuesPerChannelAndEvaluatesOne) {
  BatchNorm2d norm(32);
  const std::vector<std::vector<std::int64_t>> shapes = {{2, 32, 1, 1}, {1, 32, 1, 2}, {1, 32, 2, 1}};
  for (const std::vector<std::int64_t>& shape : shapes) {
    EXPECT_NO_THROW(norm.forward(test::hash_tensor("x", shape)));
    EXPECT_NO_THROW(norm.forward(test::hash_tensor("y", shape), Activation::kSilu));
  }
  EXPECT_TRUE(at::isfinite(norm.buffers().at(1).tensor).all().item<bool>());
  norm.train(false);
  EXPECT_TRUE(at::isfinite(norm.forward(test::hash_tensor("x", {1, 32, 1, 1}))).all().item<bool>());
}

}  // namespace
}  // namespace jetvit
