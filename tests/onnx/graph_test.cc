#include "onnx/graph.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include "onnx/run_graph.h"
#include "support/difference.h"
#include "support/expect_error.h"

namespace jetvit::onnx {
namespace {

TEST(Graph, NamesAreUnique) {
  Graph graph;
  EXPECT_EQ(graph.add("Relu", {"x"}, {}, "relu_1"), "relu_1");
  EXPECT_EQ(graph.add("Relu", {"x"}), "relu");
  const std::string third = graph.add("Relu", {"x"});
  EXPECT_NE(third, "relu");
  EXPECT_NE(third, "relu_1");
}

TEST(Graph, SmallConstantsOfTheSameValueAreOne) {
  Graph graph;
  EXPECT_EQ(graph.number(1), graph.number(1));
  EXPECT_EQ(graph.ints({2, 3}), graph.ints({2, 3}));
  EXPECT_NE(graph.integer(1), graph.number(1));  // another type
  EXPECT_NE(graph.integer(2), graph.ints({2}));  // another shape
  EXPECT_NE(graph.number(1), graph.number(-1));
  const std::size_t before = graph.constants().size();
  EXPECT_NE(graph.constant(at::tensor({1.0F}), "weight"), graph.constant(at::tensor({1.0F}), "other"));
  EXPECT_EQ(graph.constants().size(), before + 2);  // those with names are kept apart
}

TEST(Graph, ConstantsAreFloat32OrInt64AndContiguous) {
  Graph graph;
  graph.constant(at::arange(6, at::kDouble).view({2, 3}).t(), "transposed");
  graph.constant(at::arange(3, at::kInt), "integers");
  const auto& constants = graph.constants();
  EXPECT_EQ(constants[0].value.scalar_type(), at::kFloat);
  EXPECT_TRUE(constants[0].value.is_contiguous());
  EXPECT_EQ(constants[1].value.scalar_type(), at::kLong);
}

TEST(Graph, AttributesThatANodeLacksAreAnError) {
  const Node node{.op = "Softmax", .inputs = {"x"}, .output = "y", .attributes = {{"axis", std::int64_t{1}}}};
  EXPECT_EQ(node.attribute<std::int64_t>("axis"), 1);
  EXPECT_ERROR(node.attribute<std::int64_t>("epsilon"), Error, "the operation Softmax has no attribute epsilon");
}

// The operators' definitions in https://onnx.ai/onnx/operators/.
TEST(RunGraph, ComputesWhatIsNeededAlone) {
  Graph graph;
  const std::string twice = graph.add("Mul", {"x", graph.number(2)});
  graph.add("Unknown", {twice});
  const std::string sum = graph.add("Add", {twice, graph.number(1)});
  const at::Tensor x = at::tensor({1.0, -2.0}, at::kDouble);
  EXPECT_TRUE(run_graph(graph, {{"x", x}}, {sum})[sum].equal(2 * x + 1));
  EXPECT_TRUE(run_graph(graph, {{twice, x}}, {sum})[sum].equal(x + 1));  // from the middle
  EXPECT_ERROR(run_graph(graph, {{"x", x}}, {"unknown"}), Error, "the operation Unknown, which is not known");
  EXPECT_ERROR(run_graph(graph, {}, {sum}), Error, "the graph has no value x");
}

}  // namespace
}  // namespace jetvit::onnx
