#include "onnx/graph.h"

#include <algorithm>

#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/tensor.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit::onnx {
namespace {

constexpr std::size_t kSmallBytes = 64;  // constants that are worth comparing

}  // namespace

const Attribute& Node::find(const std::string& name) const {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(), [&](const auto& one) { return one.first == name; });
  if (found == attributes.end()) throw Error(text("the operation ", op, " has no attribute ", name));
  return found->second;
}

std::string Graph::unique(const std::string& stem) {
  const int count = used_[stem]++;
  return count == 0 ? stem : unique(text(stem, "_", count));
}

std::string Graph::add(const std::string& op, std::vector<std::string> inputs_of,
                       std::vector<std::pair<std::string, Attribute>> attributes, const std::string& output) {
  std::string name = unique(output.empty() ? lower_case(op) : output);
  nodes_.push_back({op, std::move(inputs_of), name, std::move(attributes)});
  return name;
}

std::string Graph::constant(const at::Tensor& value, const std::string& name) {
  at::Tensor kept = value.detach();
  if (kept.is_floating_point()) {
    kept = kept.to(at::kFloat);
  } else if (kept.scalar_type() != at::kBool) {
    kept = kept.to(at::kLong);
  }
  kept = kept.contiguous();
  std::string key;
  if (name.empty() && kept.nbytes() <= kSmallBytes) {
    key = text(static_cast<int>(kept.scalar_type()));
    for (const std::int64_t size : kept.sizes()) key += text(" ", size);
    key.append(static_cast<const char*>(kept.const_data_ptr()), kept.nbytes());
    if (const auto found = small_.find(key); found != small_.end()) return found->second;
  }
  std::string label = unique(name.empty() ? "constant" : name);
  constants_.push_back({label, kept});
  if (!key.empty()) small_[key] = label;
  return label;
}

std::string Graph::ints(const Ints& values) {
  return constant(at::tensor(values, at::kLong));
}

std::string Graph::integer(std::int64_t value) {
  return constant(at::scalar_tensor(value, at::kLong));
}

std::string Graph::number(double value) {
  return constant(at::scalar_tensor(value, at::kFloat));
}

std::string Graph::slice(const std::string& x, std::int64_t begin, std::int64_t end, std::int64_t axis) {
  return add("Slice", {x, ints({begin}), ints({end}), ints({axis})});
}

}  // namespace jetvit::onnx
