#include "model/module.h"

#include <algorithm>

#include "base/text.h"

namespace jetvit {

std::vector<NamedTensor> Module::collect(std::vector<NamedTensor> Module::*own) const {
  std::vector<NamedTensor> out = this->*own;
  for (const auto& [name, child] : children_) {
    const std::string prefix = name.empty() ? name : text(name, ".");
    for (NamedTensor& item : child->collect(own)) out.push_back({text(prefix, item.name), std::move(item.tensor)});
  }
  return out;
}

std::vector<NamedTensor> Module::parameters() const {
  return collect(&Module::parameters_);
}

std::vector<NamedTensor> Module::buffers() const {
  return collect(&Module::buffers_);
}

void Module::train(bool on) {
  training_ = on && !frozen_;
  for (const auto& [name, child] : children_) child->train(on);
}

void Module::freeze_statistics(const std::set<std::string>& frozen, const std::string& prefix) {
  const auto is_frozen = [&](const NamedTensor& parameter) { return frozen.contains(prefix + parameter.name); };
  if (!buffers_.empty() && std::all_of(parameters_.begin(), parameters_.end(), is_frozen)) {
    frozen_ = true;
    training_ = false;
  }
  for (const auto& [name, child] : children_) {
    child->freeze_statistics(frozen, name.empty() ? prefix : text(prefix, name, "."));
  }
}

void Module::pack(at::ScalarType precision) {
  for (const auto& [name, child] : children_) child->pack(precision);
}

void Module::unpack() {
  for (const auto& [name, child] : children_) child->unpack();
}

at::Tensor Module::add_parameter(std::string name, at::Tensor initial) {
  initial.requires_grad_(true);
  parameters_.push_back({std::move(name), initial});
  return initial;
}

at::Tensor Module::add_buffer(std::string name, at::Tensor initial) {
  buffers_.push_back({std::move(name), initial});
  return initial;
}

}  // namespace jetvit
