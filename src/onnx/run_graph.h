#pragma once

#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "onnx/graph.h"

namespace jetvit::onnx {

using Values = std::map<std::string, at::Tensor>;

// Computes values of a graph with libtorch, in float64, following the operators' definitions in
// https://onnx.ai/onnx/operators/. given: the values to begin with, of any place in the graph. Only what the wanted
// values need is computed. Throws Error for an operation that is not one of those that jetvit writes, or where a value
// that is needed is neither given nor computed.
Values run_graph(const Graph& graph, const Values& given, const std::vector<std::string>& wanted);

}  // namespace jetvit::onnx
