#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/text.h"
#include "onnx/operators.h"

namespace jetvit::onnx {
namespace {

Emit unary(const char* op) {
  return [op](const Call& call) { call.give(call.graph().add(op, {call.name(0)})); };
}

// add and mul: of two tensors, or of a tensor and a number.
Emit binary(const char* op) {
  return [op](const Call& call) {
    // add(x, y, alpha) is x + alpha y.
    if (call.arguments() > 2 && call.number(2) != 1) throw Error(text(call.operator_name(), " has a factor"));
    const std::string other = call.is_tensor(1) ? call.name(1) : call.graph().number(call.number(1));
    call.give(call.graph().add(op, {call.name(0), other}));
  };
}

// mean and amax over axes (x, axes, keepdim).
Emit reduction(const char* op) {
  return [op](const Call& call) {
    Ints axes = call.list(1);
    for (std::int64_t& axis : axes) axis = axis < 0 ? axis + call.rank(0) : axis;
    const std::int64_t keeps = call.flag(2) ? 1 : 0;
    call.give(call.graph().add(op, {call.name(0)}, {{"axes", axes}, {"keepdims", keeps}}));
  };
}

Ints on_both_sides(std::pair<std::int64_t, std::int64_t> padding) {
  return {padding.first, padding.second, padding.first, padding.second};
}

Ints as_ints(std::pair<std::int64_t, std::int64_t> numbers) {
  return {numbers.first, numbers.second};
}

// conv2d(x, weight, bias, stride, padding, dilation, groups).
void convolution(const Call& call) {
  std::vector<std::string> inputs = {call.name(0), call.name(1)};
  if (call.has_tensor(2)) inputs.push_back(call.name(2));
  const Ints& weight = call.shape(1);
  call.give(call.graph().add("Conv", inputs,
                             {{"kernel_shape", Ints{weight.at(2), weight.at(3)}},
                              {"strides", as_ints(call.pair(3))},
                              {"pads", on_both_sides(call.pair(4))},
                              {"dilations", as_ints(call.pair(5))},
                              {"group", call.integer(6)}}));
}

// linear(x, weight, bias): ONNX multiplies with the transposed weight.
void linear(const Call& call) {
  Graph& graph = call.graph();
  const std::string weight = call.translation().weight(call.value(1), call.tensor(1).t());
  if (call.rank(0) == 2 && call.has_tensor(2))
    return call.give(graph.add("Gemm", {call.name(0), weight, call.name(2)}));
  const std::string product = graph.add("MatMul", {call.name(0), weight});
  call.give(call.has_tensor(2) ? graph.add("Add", {product, call.name(2)}) : product);
}

// layer_norm(x, normalized_shape, weight, bias, eps).
void layer_norm(const Call& call) {
  const auto axes = static_cast<std::int64_t>(call.list(1).size());
  call.give(call.graph().add("LayerNormalization", {call.name(0), call.name(2), call.name(3)},
                             {{"axis", -axes}, {"epsilon", static_cast<float>(call.number(4))}}));
}

// batch_norm(x, weight, bias, running_mean, running_var, training, momentum, eps).
void batch_norm(const Call& call) {
  if (call.flag(5)) throw Error("a batch norm uses the statistics of its batch");
  call.give(call.graph().add("BatchNormalization",
                             {call.name(0), call.name(1), call.name(2), call.name(3), call.name(4)},
                             {{"epsilon", static_cast<float>(call.number(7))}}));
}

// In the forms that onnxruntime fuses.
void gelu(const Call& call) {
  Graph& graph = call.graph();
  const std::string x = call.name(0);
  if (call.word(1) == "none") {
    const std::string erf = graph.add("Erf", {graph.add("Div", {x, graph.number(std::numbers::sqrt2)})});
    const std::string factor = graph.add("Add", {erf, graph.number(1)});
    return call.give(graph.add("Mul", {graph.add("Mul", {x, factor}), graph.number(0.5)}));
  }
  // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))): arXiv:1606.08415, section 2.
  const std::string cube = graph.add("Pow", {x, graph.number(3)});
  const std::string inner = graph.add("Add", {x, graph.add("Mul", {cube, graph.number(0.044715)})});
  const std::string tanh =
      graph.add("Tanh", {graph.add("Mul", {inner, graph.number(std::sqrt(2 / std::numbers::pi))})});
  const std::string factor = graph.add("Add", {tanh, graph.number(1)});
  call.give(graph.add("Mul", {graph.add("Mul", {x, graph.number(0.5)}), factor}));
}

void silu(const Call& call) {
  call.give(call.graph().add("Mul", {call.name(0), call.graph().add("Sigmoid", {call.name(0)})}));
}

void softmax(const Call& call) {
  call.give(call.graph().add("Softmax", {call.name(0)}, {{"axis", call.axis(1, call.rank(0))}}));
}

// avg_pool2d and max_pool2d(x, kernel_size, stride, padding, ...).
Emit pool(const char* op) {
  return [op](const Call& call) {
    const std::string& name = call.operator_name();
    const auto kernel = call.pair(1);
    const auto stride = call.list(2).empty() ? kernel : call.pair(2);
    const auto padding = call.pair(3);
    // max_pool2d goes on with dilation and ceil_mode, avg_pool2d with ceil_mode, count_include_pad, divisor_override.
    const bool is_max = name == "aten::max_pool2d";
    const bool is_dilated = is_max && call.pair(4) != std::pair<std::int64_t, std::int64_t>{1, 1};
    const bool has_padding = !is_max && padding != std::pair<std::int64_t, std::int64_t>{0, 0};
    if (is_dilated || has_padding || call.flag(is_max ? 5 : 4)) throw Error(text(name, " is used with other options"));
    call.give(call.graph().add(
        op, {call.name(0)},
        {{"kernel_shape", as_ints(kernel)}, {"strides", as_ints(stride)}, {"pads", on_both_sides(padding)}}));
  };
}

}  // namespace

const Operators& computing_operators() {
  static const Operators operators = {{"aten::conv2d", convolution},
                                      {"aten::linear", linear},
                                      {"aten::matmul", binary("MatMul")},
                                      {"aten::layer_norm", layer_norm},
                                      {"aten::batch_norm", batch_norm},
                                      {"aten::softmax.int", softmax},
                                      {"aten::gelu", gelu},
                                      {"aten::silu", silu},
                                      {"aten::relu", unary("Relu")},
                                      {"aten::relu_", unary("Relu")},
                                      {"aten::sigmoid", unary("Sigmoid")},
                                      {"aten::tanh", unary("Tanh")},
                                      {"aten::add.Tensor", binary("Add")},
                                      {"aten::add_.Tensor", binary("Add")},
                                      {"aten::add.Scalar", binary("Add")},
                                      {"aten::add_.Scalar", binary("Add")},
                                      {"aten::mul.Tensor", binary("Mul")},
                                      {"aten::mul.Scalar", binary("Mul")},
                                      {"aten::mean.dim", reduction("ReduceMean")},
                                      {"aten::amax", reduction("ReduceMax")},
                                      {"aten::avg_pool2d", pool("AveragePool")},
                                      {"aten::max_pool2d", pool("MaxPool")}};
  return operators;
}

}  // namespace jetvit::onnx
