#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "onnx/graph.h"
#include "onnx/recording.h"
#include "onnx/translation.h"

namespace jetvit::onnx {

// A recorded call as its translation reads it. Arguments are counted from 0, as in the operator's schema. The functions
// for numbers throw Error where the two recordings differ: the number goes with the batch.
class Call {
 public:
  Call(Translation& translation, const RecordedCall& one, const RecordedCall& other)
      : translation_(translation), one_(one), other_(other) {}

  const std::string& operator_name() const { return one_.name; }
  Translation& translation() const { return translation_; }
  Graph& graph() const { return translation_.graph(); }

  // Of the tensor or list of tensors at an argument.
  std::vector<int> values(std::size_t argument) const;
  int value(std::size_t argument) const { return values(argument).at(0); }
  bool is_tensor(std::size_t argument) const { return one_.inputs.at(argument).isTensor(); }
  bool has_tensor(std::size_t argument) const { return is_tensor(argument) && value(argument) != kNoValue; }
  const at::Tensor& tensor(std::size_t argument) const { return one_.inputs.at(argument).toTensor(); }
  std::string name(std::size_t argument) const { return translation_.name_of(value(argument)); }
  const Ints& shape(std::size_t argument) const { return translation_.shape(value(argument)); }
  std::int64_t rank(std::size_t argument) const { return static_cast<std::int64_t>(shape(argument).size()); }

  std::size_t arguments() const { return one_.inputs.size(); }
  std::int64_t integer(std::size_t argument) const;
  std::int64_t axis(std::size_t argument, std::int64_t rank) const;  // counted from the front
  Ints list(std::size_t argument) const;
  std::pair<std::int64_t, std::int64_t> pair(std::size_t argument) const;  // a list of one number counts twice
  double number(std::size_t argument) const;
  bool flag(std::size_t argument) const;
  std::string_view word(std::size_t argument) const { return one_.inputs.at(argument).toStringRef(); }

  std::size_t outputs() const { return one_.output_values.size(); }
  int output(std::size_t index = 0) const { return one_.output_values.at(index); }
  void give(const std::string& name, std::size_t index = 0) const { translation_.set_name(output(index), name); }

 private:
  Translation& translation_;
  const RecordedCall& one_;
  const RecordedCall& other_;
};

}  // namespace jetvit::onnx
