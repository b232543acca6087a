#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

namespace jetvit {

struct NamedTensor {
  std::string name;  // "stages.0.blocks.1.conv1_1x1.weight"
  at::Tensor tensor;
};

// Part of a network: named parameters, buffers and children in the order of registration. Order and names are those of
// the reference implementation. Tensors are shared handles: modify them in place.
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  // Of this module and all its descendants.
  std::vector<NamedTensor> parameters() const;
  std::vector<NamedTensor> buffers() const;  // running statistics

  // The parameters of this module itself, and its children with their names. The tensors of a child with the name ""
  // have no prefix.
  const std::vector<NamedTensor>& own_parameters() const { return parameters_; }
  const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& children() const { return children_; }

  // Sets training or evaluation mode (for batch norm, dropout, drop path) of this module and all its descendants.
  void train(bool on = true);
  bool training() const { return training_; }

  // Freezes the running statistics of each descendant whose parameters are all in `frozen`: it uses its current
  // statistics in training too. prefix: of the names of this module.
  void freeze_statistics(const std::set<std::string>& frozen, const std::string& prefix = "");

  // Prepares the weights of this module and all its descendants for fast prediction, with matrix multiplications in
  // `precision`, float32 or bfloat16: they are copied to the layout of the kernels, and batch norms are folded in.
  // Until unpack(), forward passes in evaluation mode use the copies, without gradients.
  virtual void pack(at::ScalarType precision);
  virtual void unpack();

 protected:
  at::Tensor add_parameter(std::string name, at::Tensor initial);
  at::Tensor add_buffer(std::string name, at::Tensor initial);

  // The tensors of a child with an empty name are registered without a prefix.
  template <class Child>
  std::shared_ptr<Child> add_child(std::string name, std::shared_ptr<Child> child) {
    children_.emplace_back(std::move(name), child);
    return child;
  }

 private:
  std::vector<NamedTensor> collect(std::vector<NamedTensor> Module::*own) const;

  std::vector<NamedTensor> parameters_;
  std::vector<NamedTensor> buffers_;
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> children_;
  bool training_ = true;
  bool frozen_ = false;  // always in evaluation mode
};

}  // namespace jetvit
