#include <numeric>
#include <utility>

#include "base/error.h"
#include "onnx/operators.h"

namespace jetvit::onnx {
namespace {

void reshape(const Call& call) {
  Graph& graph = call.graph();
  call.give(graph.add("Reshape", {call.name(0), graph.ints(call.translation().shape_with_batch(call.output()))}));
}

void same_value(const Call& call) {
  call.give(call.name(0));
}

void permute(const Call& call) {
  Ints order = call.list(1);
  for (std::int64_t& axis : order) axis = axis < 0 ? axis + call.rank(0) : axis;
  call.give(call.graph().add("Transpose", {call.name(0)}, {{"perm", order}}));
}

void transpose(const Call& call) {
  Ints order(call.shape(0).size());
  std::iota(order.begin(), order.end(), 0);
  const auto place = [&](std::size_t argument) { return static_cast<std::size_t>(call.axis(argument, call.rank(0))); };
  std::swap(order[place(1)], order[place(2)]);
  call.give(call.graph().add("Transpose", {call.name(0)}, {{"perm", order}}));
}

// select(x, axis, index).
void select(const Call& call) {
  const std::int64_t axis = call.axis(1, call.rank(0));
  call.give(call.graph().add("Gather", {call.name(0), call.graph().integer(call.integer(2))}, {{"axis", axis}}));
}

// unbind(x, axis): all elements of the axis.
void unbind(const Call& call) {
  const std::int64_t axis = call.axis(1, call.rank(0));
  for (std::size_t index = 0; index < call.outputs(); ++index) {
    const std::string place = call.graph().integer(static_cast<std::int64_t>(index));
    call.give(call.graph().add("Gather", {call.name(0), place}, {{"axis", axis}}), index);
  }
}

// narrow(x, axis, start, length).
void narrow(const Call& call) {
  const std::int64_t axis = call.axis(1, call.rank(0));
  const std::int64_t start = call.integer(2);
  const std::int64_t length = call.integer(3);
  if (call.shape(0).at(static_cast<std::size_t>(axis)) == length) return same_value(call);
  call.give(call.graph().slice(call.name(0), start, start + length, axis));
}

// cat(tensors, axis).
void concatenate(const Call& call) {
  std::vector<std::string> parts;
  for (const int value : call.values(0)) parts.push_back(call.translation().name_of(value));
  const auto rank = static_cast<std::int64_t>(call.translation().shape(call.value(0)).size());
  call.give(call.graph().add("Concat", parts, {{"axis", call.axis(1, rank)}}));
}

// roll(x, shifts, axes): element i of an axis moves to i + shift, around the end.
void roll(const Call& call) {
  Graph& graph = call.graph();
  const Ints shifts = call.list(1);
  const Ints axes = call.list(2);
  std::string x = call.name(0);
  for (std::size_t index = 0; index < axes.size(); ++index) {
    const std::int64_t axis = axes[index] < 0 ? axes[index] + call.rank(0) : axes[index];
    const std::int64_t size = call.shape(0).at(static_cast<std::size_t>(axis));
    const std::int64_t first = ((-shifts[index]) % size + size) % size;
    if (first == 0) continue;
    x = graph.add("Concat", {graph.slice(x, first, size, axis), graph.slice(x, 0, first, axis)}, {{"axis", axis}});
  }
  call.give(x);
}

// expand(x, sizes): the sizes come from the output, with the size of the batch where it has it.
void expand(const Call& call) {
  Graph& graph = call.graph();
  const Ints sizes = call.translation().shape_with_batch(call.output());
  std::vector<std::string> parts;
  for (const std::int64_t size : sizes) {
    parts.push_back(size < 0 ? call.translation().batch_size() : graph.ints({size}));
  }
  call.give(graph.add("Expand", {call.name(0), graph.add("Concat", parts, {{"axis", std::int64_t{0}}})}));
}

// constant_pad_nd(x, pads, value): pads begin with the last axis.
void pad(const Call& call) {
  const Ints pads = call.list(1);
  const std::size_t rank = call.shape(0).size();
  Ints all(2 * rank, 0);  // before every axis, then after every axis
  for (std::size_t index = 0; index < pads.size() / 2; ++index) {
    all[rank - 1 - index] = pads[2 * index];
    all[2 * rank - 1 - index] = pads[2 * index + 1];
  }
  call.give(call.graph().add("Pad", {call.name(0), call.graph().ints(all), call.graph().number(call.number(2))}));
}

}  // namespace

const Operators& rearranging_operators() {
  static const Operators operators = {
      {"aten::reshape", reshape},         {"aten::view", reshape},         {"aten::flatten.using_ints", reshape},
      {"aten::squeeze.dim", reshape},     {"aten::unsqueeze", reshape},    {"aten::contiguous", same_value},
      {"aten::to.dtype", same_value},     {"aten::to.device", same_value}, {"aten::permute", permute},
      {"aten::transpose.int", transpose}, {"aten::select.int", select},    {"aten::unbind.int", unbind},
      {"aten::narrow", narrow},           {"aten::cat", concatenate},      {"aten::roll", roll},
      {"aten::expand", expand},           {"aten::constant_pad_nd", pad}};
  return operators;
}

}  // namespace jetvit::onnx
