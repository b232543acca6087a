#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "onnx/graph.h"
#include "onnx/recording.h"

namespace jetvit::onnx {

// The names of weights, by their tensors.
using WeightNames = std::map<const c10::TensorImpl*, std::string>;

// Appends to `graph` what two recordings of the same forward pass show, of batches of different sizes. An axis in which
// they differ is the batch. What does not depend on the input becomes a constant. image: the name of the input's value
// in the graph. Returns the name of the output's value. Throws Error where a call has no translation or is not the same
// in both, and where a value was computed outside of libtorch's operators.
std::string translate(const Recording& one, const Recording& other, const WeightNames& weights,
                      const std::string& image, Graph& graph);

// The state of a translation.
class Translation {
 public:
  Translation(const Recording& one, const Recording& other, const WeightNames& weights, std::string image,
              Graph& graph);

  std::string run();

  Graph& graph() const { return graph_; }
  std::string name_of(int value);  // in the graph; adds a constant where the value does not depend on the input
  void set_name(int value, const std::string& name) { names_[static_cast<std::size_t>(value)] = name; }

  // Adds a weight in another form than the model has it, under its name if it has one. Throws Error where it depends on
  // the input.
  std::string weight(int value, const at::Tensor& form);

  const Ints& shape(int value) const { return one_.values[static_cast<std::size_t>(value)].shape; }
  bool is_batch(int value, std::size_t axis) const;  // whether the axis has the size of the batch
  Ints shape_with_batch(int value) const;            // with -1 where it goes with the batch
  std::string batch_size();                          // the size of the batch, (1)

 private:
  bool depends_on_input(const RecordedCall& call) const;
  void require_same(std::size_t call) const;

  const Recording& one_;
  const Recording& other_;
  const WeightNames& weights_;
  Graph& graph_;
  std::string image_;
  std::vector<char> dynamic_;  // whether a value depends on the input
  std::vector<std::string> names_;
  std::string batch_size_;
  int now_ = 0;  // the call
};

}  // namespace jetvit::onnx
