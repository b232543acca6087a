#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <ATen/core/Tensor.h>

namespace jetvit::onnx {

using Ints = std::vector<std::int64_t>;
using Attribute = std::variant<std::int64_t, float, Ints>;

// One operation of ONNX's default operator set, with one output.
struct Node {
  std::string op;  // "MatMul"
  std::vector<std::string> inputs;
  std::string output;
  std::vector<std::pair<std::string, Attribute>> attributes;

  // An attribute that the node has. Throws std::bad_variant_access for another type, Error where there is none.
  template <class Type>
  const Type& attribute(const std::string& name) const {
    return std::get<Type>(find(name));
  }

 private:
  const Attribute& find(const std::string& name) const;
};

// A constant of a graph: float32, int64 or bool, contiguous.
struct Constant {
  std::string name;
  at::Tensor value;
};

// An input or output: float32, of the sizes (batch, sizes...).
struct GraphValue {
  std::string name;
  Ints sizes;  // without the batch
};

// A graph of ONNX while it is built. Values are named; nodes are in an order in which they can run.
class Graph {
 public:
  // Appends a node and returns the name of its output: `output`, or one after the operation.
  std::string add(const std::string& op, std::vector<std::string> inputs,
                  std::vector<std::pair<std::string, Attribute>> attributes = {}, const std::string& output = "");

  // Adds a constant and returns its name: `name`, or one after what it is. Small ones of the same value are one. Floats
  // become float32, integers int64.
  std::string constant(const at::Tensor& value, const std::string& name = "");
  std::string ints(const Ints& values);     // (values)
  std::string integer(std::int64_t value);  // ()
  std::string number(double value);         // (), float32

  // The elements [begin, end) of an axis.
  std::string slice(const std::string& x, std::int64_t begin, std::int64_t end, std::int64_t axis);

  const std::vector<Node>& nodes() const { return nodes_; }
  const std::vector<Constant>& constants() const { return constants_; }

  std::vector<GraphValue> inputs, outputs;

 private:
  std::string unique(const std::string& stem);

  std::vector<Node> nodes_;
  std::vector<Constant> constants_;
  std::map<std::string, std::string> small_;  // names of small constants, by their type, shape and bytes
  std::map<std::string, int> used_;           // how often a name was asked for
};

}  // namespace jetvit::onnx
