#include "onnx/run_graph.h"

#include <algorithm>
#include <functional>

#include <ATen/TensorOperators.h>
#include <ATen/ops/abs.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/erf.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/log.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit::onnx {
namespace {

using Inputs = std::vector<at::Tensor>;
using Operation = std::function<at::Tensor(const Node&, const Inputs&)>;

Ints numbers(const at::Tensor& tensor) {
  const auto* begin = tensor.const_data_ptr<std::int64_t>();
  return {begin, begin + tensor.numel()};
}

// The two numbers for height and width; padding is the same on both sides.
Ints first_two(const Node& node, const char* name) {
  const Ints& list = node.attribute<Ints>(name);
  return {list.at(0), list.at(1)};
}

at::Tensor convolve(const Node& node, const Inputs& in) {
  return at::conv2d(in[0], in[1], in.size() > 2 ? in[2] : at::Tensor(), first_two(node, "strides"),
                    first_two(node, "pads"), first_two(node, "dilations"), node.attribute<std::int64_t>("group"));
}

at::Tensor normalize_layer(const Node& node, const Inputs& in) {
  const at::IntArrayRef sizes =
      in[0].sizes().slice(static_cast<std::size_t>(in[0].dim() + node.attribute<std::int64_t>("axis")));
  return at::layer_norm(in[0], sizes, in[1], in[2], node.attribute<float>("epsilon"));
}

at::Tensor normalize_batch(const Node& node, const Inputs& in) {
  return at::batch_norm(in[0], in[1], in[2], in[3], in[4], false, 0, node.attribute<float>("epsilon"), false);
}

// Slice(x, starts, ends, axes) of one axis.
at::Tensor cut(const Node&, const Inputs& in) {
  const std::int64_t begin = numbers(in[1])[0];
  return in[0].narrow(numbers(in[3])[0], begin, numbers(in[2])[0] - begin);
}

// An index of no axes removes the axis.
at::Tensor gather(const Node& node, const Inputs& in) {
  const auto axis = node.attribute<std::int64_t>("axis");
  return in[1].dim() == 0 ? in[0].select(axis, numbers(in[1])[0]) : in[0].index_select(axis, in[1]);
}

// Pad(x, pads, value): before all axes, then after all axes. libtorch begins with the last axis.
at::Tensor pad_value(const Node&, const Inputs& in) {
  const Ints pads = numbers(in[1]);
  const std::size_t rank = pads.size() / 2;
  Ints from_last;
  for (std::size_t axis = rank; axis-- > 0;) {
    from_last.push_back(pads[axis]);
    from_last.push_back(pads[rank + axis]);
  }
  return at::constant_pad_nd(in[0], from_last, in[2].item<double>());
}

bool keeps_axes(const Node& node) {
  return node.attribute<std::int64_t>("keepdims") != 0;
}

const std::map<std::string, Operation>& operations() {
  static const std::map<std::string, Operation> all = {
      {"Abs", [](const Node&, const Inputs& in) { return at::abs(in[0]); }},
      {"Add", [](const Node&, const Inputs& in) { return in[0] + in[1]; }},
      {"AveragePool",
       [](const Node& node, const Inputs& in) {
         return at::avg_pool2d(in[0], node.attribute<Ints>("kernel_shape"), node.attribute<Ints>("strides"));
       }},
      {"BatchNormalization", normalize_batch},
      {"Concat", [](const Node& node, const Inputs& in) { return at::cat(in, node.attribute<std::int64_t>("axis")); }},
      {"Conv", convolve},
      {"Div", [](const Node&, const Inputs& in) { return in[0] / in[1]; }},
      {"Erf", [](const Node&, const Inputs& in) { return at::erf(in[0]); }},
      {"Expand", [](const Node&, const Inputs& in) { return in[0].expand(numbers(in[1])); }},
      {"Gather", gather},
      {"Gemm", [](const Node&, const Inputs& in) { return at::matmul(in[0], in[1]) + in[2]; }},
      {"Identity", [](const Node&, const Inputs& in) { return in[0]; }},
      {"LayerNormalization", normalize_layer},
      {"Less", [](const Node&, const Inputs& in) { return in[0] < in[1]; }},
      {"Log", [](const Node&, const Inputs& in) { return at::log(in[0]); }},
      {"MatMul", [](const Node&, const Inputs& in) { return at::matmul(in[0], in[1]); }},
      {"Max", [](const Node&, const Inputs& in) { return at::maximum(in[0], in[1]); }},
      {"MaxPool",
       [](const Node& node, const Inputs& in) {
         return at::max_pool2d(in[0], node.attribute<Ints>("kernel_shape"), node.attribute<Ints>("strides"),
                               first_two(node, "pads"));
       }},
      {"Min", [](const Node&, const Inputs& in) { return at::minimum(in[0], in[1]); }},
      {"Mul", [](const Node&, const Inputs& in) { return in[0] * in[1]; }},
      {"Pad", pad_value},
      {"Pow", [](const Node&, const Inputs& in) { return in[0].pow(in[1]); }},
      {"ReduceMax", [](const Node& node,
                       const Inputs& in) { return at::amax(in[0], node.attribute<Ints>("axes"), keeps_axes(node)); }},
      {"ReduceMean", [](const Node& node,
                        const Inputs& in) { return at::mean(in[0], node.attribute<Ints>("axes"), keeps_axes(node)); }},
      {"Relu", [](const Node&, const Inputs& in) { return at::relu(in[0]); }},
      {"Reshape", [](const Node&, const Inputs& in) { return in[0].reshape(numbers(in[1])); }},
      {"Shape", [](const Node&, const Inputs& in) { return at::tensor(in[0].sizes(), at::kLong); }},
      {"Sigmoid", [](const Node&, const Inputs& in) { return at::sigmoid(in[0]); }},
      {"Sign", [](const Node&, const Inputs& in) { return at::sign(in[0]); }},
      {"Slice", cut},
      {"Softmax",
       [](const Node& node, const Inputs& in) { return at::softmax(in[0], node.attribute<std::int64_t>("axis")); }},
      {"Sqrt", [](const Node&, const Inputs& in) { return at::sqrt(in[0]); }},
      {"Sub", [](const Node&, const Inputs& in) { return in[0] - in[1]; }},
      {"Tanh", [](const Node&, const Inputs& in) { return at::tanh(in[0]); }},
      {"Transpose", [](const Node& node, const Inputs& in) { return in[0].permute(node.attribute<Ints>("perm")); }},
      {"Where", [](const Node&, const Inputs& in) { return at::where(in[0], in[1], in[2]); }}};
  return all;
}

// How often each value is read by the nodes that the wanted values need; wanted values once more.
std::map<std::string, int> count_reads(const Graph& graph, const Values& given,
                                       const std::vector<std::string>& wanted) {
  std::map<std::string, int> reads;
  for (const std::string& name : wanted) ++reads[name];
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    if (!reads.contains(node->output) || given.contains(node->output)) continue;
    for (const std::string& input : node->inputs) ++reads[input];
  }
  return reads;
}

at::Tensor as_double(const at::Tensor& value) {
  return value.is_floating_point() ? value.to(at::kDouble) : value;
}

}  // namespace

Values run_graph(const Graph& graph, const Values& given, const std::vector<std::string>& wanted) {
  Values values;
  for (const Constant& constant : graph.constants()) values[constant.name] = as_double(constant.value);
  for (const auto& [name, value] : given) values[name] = as_double(value);
  const auto value_of = [&](const std::string& name) {
    const auto found = values.find(name);
    if (found == values.end()) throw Error(text("the graph has no value ", name));
    return found->second;
  };
  std::map<std::string, int> reads = count_reads(graph, given, wanted);
  for (const Node& node : graph.nodes()) {
    if (!reads.contains(node.output) || given.contains(node.output)) continue;
    const auto found = operations().find(node.op);
    if (found == operations().end()) throw Error(text("the graph has the operation ", node.op, ", which is not known"));
    Inputs inputs;
    for (const std::string& input : node.inputs) {
      inputs.push_back(value_of(input));
      if (--reads[input] == 0) values.erase(input);
    }
    values[node.output] = found->second(node, inputs);
  }
  Values out;
  for (const std::string& name : wanted) out[name] = value_of(name);
  return out;
}

}  // namespace jetvit::onnx
