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

// A piece of a network: named parameters, buffers and children in the order of registration, which is the order (and
// the names) of the reference implementation. Tensors are shared handles: change them in place.
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  std::vector<NamedTensor> parameters() const;  // of this module and all below
  std::vector<NamedTensor> buffers() const;     // running statistics

  // What this module itself holds: parameters, and the modules below with their names, "" where tensors of a child go
  // by their own names.
  const std::vector<NamedTensor>& own_parameters() const { return parameters_; }
  const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& children() const { return children_; }

  // Training or evaluation behaviour (batch norm, dropout, drop path), of this module and all below.
  void train(bool on = true);
  bool training() const { return training_; }

  // From now on the modules with running statistics below, all of whose parameters are among `frozen`, use and keep
  // what they have, in training too. prefix: of this module's names.
  void freeze_statistics(const std::set<std::string>& frozen, const std::string& prefix = "");

  // Brings the weights of this module and of all below into the form in which they predict fastest, with products in
  // `precision`, float32 or bfloat16: copies in the order of the products' kernels, batch norms folded in. From now on
  // forward passes in evaluation mode compute with these, without gradients, until unpack().
  virtual void pack(at::ScalarType precision);
  virtual void unpack();

 protected:
  at::Tensor add_parameter(std::string name, at::Tensor initial);
  at::Tensor add_buffer(std::string name, at::Tensor initial);

  // A child without a name adds its tensors under their own names.
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
  bool frozen_ = false;  // never trains
};

}  // namespace jetvit
