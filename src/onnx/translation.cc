#include "onnx/translation.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "onnx/operators.h"

namespace jetvit::onnx {
namespace {

constexpr const char* kOutside = "a layer computes outside of libtorch's operators, which cannot be translated";

const Recording::Value& value_at(const Recording& recording, int value) {
  return recording.values[static_cast<std::size_t>(value)];
}

// Something else than libtorch's operators will fill the memory.
bool only_allocates(const RecordedCall& call) {
  return call.name.starts_with("aten::empty");
}

}  // namespace

Translation::Translation(const Recording& one, const Recording& other, const WeightNames& weights, std::string image,
                         Graph& graph)
    : one_(one),
      other_(other),
      weights_(weights),
      graph_(graph),
      image_(std::move(image)),
      dynamic_(one.values.size(), 0),
      names_(one.values.size()) {}

std::string Translation::name_of(int value) {
  std::string& known = names_[static_cast<std::size_t>(value)];
  const Recording::Value& about = value_at(one_, value);
  if (about.overwritten >= 0 && about.overwritten < now_) throw Error("a value is read after it was overwritten");
  if (!known.empty()) return known;
  if (dynamic_[static_cast<std::size_t>(value)] != 0) throw Error(kOutside);
  if (about.call >= 0 && only_allocates(one_.calls[static_cast<std::size_t>(about.call)])) throw Error(kOutside);
  known = weight(value, about.tensor);
  return known;
}

std::string Translation::weight(int value, const at::Tensor& form) {
  if (dynamic_[static_cast<std::size_t>(value)] != 0) throw Error("a weight depends on the input");
  const auto found = weights_.find(value_at(one_, value).tensor.unsafeGetTensorImpl());
  return graph_.constant(form, found == weights_.end() ? "" : found->second);
}

bool Translation::is_batch(int value, std::size_t axis) const {
  return value_at(one_, value).shape[axis] != value_at(other_, value).shape[axis];
}

Ints Translation::shape_with_batch(int value) const {
  Ints sizes = shape(value);
  int varying = 0;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    if (!is_batch(value, axis)) continue;
    sizes[axis] = -1;
    ++varying;
  }
  if (varying > 1) throw Error("a value has two axes that go with the batch");
  return sizes;
}

std::string Translation::batch_size() {
  if (batch_size_.empty()) batch_size_ = graph_.slice(graph_.add("Shape", {image_}), 0, 1, 0);
  return batch_size_;
}

bool Translation::depends_on_input(const RecordedCall& call) const {
  const auto is_dynamic = [this](int value) {
    return value != kNoValue && dynamic_[static_cast<std::size_t>(value)] != 0;
  };
  return std::any_of(call.input_values.begin(), call.input_values.end(), is_dynamic) ||
         std::any_of(call.output_values.begin(), call.output_values.end(), is_dynamic);
}

void Translation::require_same(std::size_t call) const {
  const RecordedCall& a = one_.calls[call];
  const RecordedCall& b = other_.calls[call];
  if (a.name != b.name || a.input_values != b.input_values || a.output_values != b.output_values) {
    throw Error("what is computed depends on the size of the batch");
  }
}

std::string Translation::run() {
  if (one_.calls.size() != other_.calls.size() || one_.values.size() != other_.values.size()) {
    throw Error("what is computed depends on the size of the batch");
  }
  dynamic_[static_cast<std::size_t>(one_.input)] = 1;
  set_name(one_.input, image_);
  // A shape that goes with the batch is one that depends on the input, as that of a class token for each image.
  for (std::size_t value = 0; value < one_.values.size(); ++value) {
    if (one_.values[value].shape != other_.values[value].shape) dynamic_[value] = 1;
  }
  for (std::size_t index = 0; index < one_.calls.size(); ++index) {
    require_same(index);
    const RecordedCall& call = one_.calls[index];
    now_ = static_cast<int>(index);
    if (!depends_on_input(call)) continue;
    for (const int value : call.output_values) {
      if (value != kNoValue) dynamic_[static_cast<std::size_t>(value)] = 1;
    }
    const bool returns_its_input =
        call.output_values.size() == 1 && !names_[static_cast<std::size_t>(call.output_values[0])].empty();
    if (!returns_its_input && !only_allocates(call)) translate_call(Call(*this, call, other_.calls[index]));
  }
  now_ = static_cast<int>(one_.calls.size());
  return name_of(one_.output);
}

std::string translate(const Recording& one, const Recording& other, const WeightNames& weights,
                      const std::string& image, Graph& graph) {
  return Translation(one, other, weights, image, graph).run();
}

}  // namespace jetvit::onnx
