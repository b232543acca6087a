// What the norms refuse.
#include "model/layers/norm.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include "support/expect_error.h"
#include "support/hash_fill.h"

namespace jetvit {
namespace {

constexpr const char* kRefusal = "batch norm: one value a channel to train on";

TEST(BatchNorm, RefusesToTrainOnOneValueAChannelAndKeepsItsStatistics) {
  const BatchNorm2d norm(32);
  // Also in the order of memory that the fused operator takes.
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

}  // namespace
}  // namespace jetvit
