#include "onnx/preparation.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include "load/placement.h"
#include "load/resample.h"

namespace jetvit::onnx {
namespace {

constexpr float kNoFloor = std::numeric_limits<float>::lowest();
constexpr float kNoCeiling = std::numeric_limits<float>::max();

bool all_are(const std::vector<float>& values, float value) {
  return std::all_of(values.begin(), values.end(), [=](float one) { return one == value; });
}

// One number for each plane or channel.
std::string column(Graph& graph, const std::vector<float>& values) {
  if (all_are(values, values.front())) return graph.number(values.front());
  return graph.constant(at::tensor(values, at::kFloat).view({-1, 1, 1}));
}

// x op values, unless they are all `neutral` and change nothing.
std::string apply(Graph& graph, const char* op, const std::string& x, const std::vector<float>& values, float neutral) {
  return all_are(values, neutral) ? x : graph.add(op, {x, column(graph, values)});
}

template <class Of>
std::vector<float> of_planes(const InputTransform& transform, Of of) {
  std::vector<float> values;
  for (const Plane& plane : transform.planes) values.push_back(of(plane));
  return values;
}

// A plane shows no negative values: unsigned channels have none after zero suppression, parts have none either.
bool is_positive(const Plane& plane, const InputTransform& transform) {
  return plane.part != Part::kAll || !transform.channels[static_cast<std::size_t>(plane.channel)].is_signed;
}

// |x| < threshold and negative values of unsigned channels become 0.
std::string suppress_zeros(Graph& graph, std::string x, const InputTransform& transform) {
  if (transform.zero_threshold > 0) {
    const std::string is_small = graph.add("Less", {graph.add("Abs", {x}), graph.number(transform.zero_threshold)});
    x = graph.add("Where", {is_small, graph.number(0), x});
  }
  std::vector<float> floor;
  for (const Channel& channel : transform.channels) floor.push_back(channel.is_signed ? kNoFloor : 0);
  return apply(graph, "Max", x, floor, kNoFloor);
}

// The channel of every plane, and the part of it that the plane shows.
std::string select_parts(Graph& graph, std::string x, const InputTransform& transform) {
  Ints channels;
  for (const Plane& plane : transform.planes) channels.push_back(plane.channel);
  Ints in_order(transform.channels.size());
  std::iota(in_order.begin(), in_order.end(), 0);
  if (channels != in_order) x = graph.add("Gather", {x, graph.ints(channels)}, {{"axis", std::int64_t{1}}});
  const auto sign = [](const Plane& plane) { return plane.part == Part::kNegative ? -1.0F : 1.0F; };
  const auto floor = [](const Plane& plane) { return plane.part == Part::kAll ? kNoFloor : 0; };
  x = apply(graph, "Mul", x, of_planes(transform, sign), 1);
  return apply(graph, "Max", x, of_planes(transform, floor), kNoFloor);
}

// The odd function of a plane. Log(1 + x) is exact enough: its error is that of one float near 1.
std::string function_of(Graph& graph, const std::string& x, PixelFunction function, bool positive) {
  if (function == PixelFunction::kIdentity) return x;
  const std::string size = positive ? x : graph.add("Abs", {x});
  const std::string shown = function == PixelFunction::kSqrt
                                ? graph.add("Sqrt", {size})
                                : graph.add("Log", {graph.add("Add", {size, graph.number(1)})});
  return positive ? shown : graph.add("Mul", {graph.add("Sign", {x}), shown});
}

// f(clip(x)) of all planes. Neighboring planes with the same function are computed together.
std::string show(Graph& graph, std::string x, const InputTransform& transform) {
  const auto low = [](const Plane& plane) { return std::max(plane.clip_low, kNoFloor); };
  const auto high = [](const Plane& plane) { return std::min(plane.clip_high, kNoCeiling); };
  x = apply(graph, "Max", x, of_planes(transform, low), kNoFloor);
  x = apply(graph, "Min", x, of_planes(transform, high), kNoCeiling);
  const std::vector<Plane>& planes = transform.planes;
  std::vector<std::string> parts;
  for (std::size_t begin = 0, end = 0; begin < planes.size(); begin = end) {
    const bool positive = is_positive(planes[begin], transform);
    while (end < planes.size() && planes[end].function == planes[begin].function &&
           is_positive(planes[end], transform) == positive) {
      ++end;
    }
    const bool is_all = begin == 0 && end == planes.size();
    const std::string part =
        is_all ? x : graph.slice(x, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end), 1);
    parts.push_back(function_of(graph, part, planes[begin].function, positive));
  }
  return parts.size() == 1 ? parts.front() : graph.add("Concat", parts, {{"axis", std::int64_t{1}}});
}

// (source, size): what each raw pixel of an axis adds to each output pixel.
at::Tensor axis_matrix(Resize resize, int source, int size) {
  AxisScatter axis;
  make_axis_scatter(resize, source, size, 0, Edge::kRepeated, axis);
  at::Tensor matrix = at::zeros({source, size}, at::kFloat);
  auto values = matrix.accessor<float, 2>();
  for (int pixel = 0; pixel < source; ++pixel) {
    const auto at = static_cast<std::size_t>(pixel);
    for (int index = axis.begin[at]; index < axis.begin[at + 1]; ++index) {
      values[pixel][axis.first[at] + index - axis.begin[at]] = axis.weight[static_cast<std::size_t>(index)];
    }
  }
  return matrix;
}

// Two matrix multiplications: ONNX's own Resize fixes the size of the batch in opset 17, and cannot add up.
std::string resize_by_axes(Graph& graph, const std::string& x, Resize resize, const ImageShape& shape, int size) {
  const std::string columns = graph.constant(axis_matrix(resize, shape.width, size), "resize_columns");
  const std::string rows = graph.constant(axis_matrix(resize, shape.height, size).t(), "resize_rows");
  return graph.add("MatMul", {rows, graph.add("MatMul", {x, columns})});
}

std::string pad_to(Graph& graph, const std::string& x, const ImageShape& shape, int size) {
  const Frame frame = padded_frame(shape, size);
  const std::int64_t bottom = size - frame.top - frame.height;
  const std::int64_t right = size - frame.left - frame.width;
  if (frame.height == size && frame.width == size) return x;
  return graph.add("Pad", {x, graph.ints({0, 0, frame.top, frame.left, 0, 0, bottom, right}), graph.number(0)});
}

}  // namespace

std::string add_preparation(Graph& graph, const std::string& raw, const ImageShape& shape,
                            const InputTransform& transform, const ImageOptions& image) {
  const Resize resize = resize_from_name(image.resize);
  const auto scale = of_planes(transform, [](const Plane& plane) { return plane.scale; });
  std::string x = select_parts(graph, suppress_zeros(graph, raw, transform), transform);
  if (resize == Resize::kSum) {
    // Pixels are added up before the function: it conserves energy.
    x = apply(graph, "Mul", show(graph, resize_by_axes(graph, x, resize, shape, image.size), transform), scale, 1);
    return apply(graph, "Add", x, of_planes(transform, [](const Plane& plane) { return plane.offset; }), 0);
  }
  // Relative to an empty pixel, as ImageAssembler does it: what is outside the image is empty.
  const auto shown_empty = of_planes(transform, [](Plane plane) {
    plane.scale = 1;
    plane.offset = 0;
    return plane.apply(0);
  });
  x = apply(graph, "Mul", apply(graph, "Sub", show(graph, x, transform), shown_empty, 0), scale, 1);
  x = resize == Resize::kPad ? pad_to(graph, x, shape, image.size)
                             : resize_by_axes(graph, x, resize, shape, image.size);
  return apply(graph, "Add", x, of_planes(transform, [](const Plane& plane) { return plane.apply(0); }), 0);
}

}  // namespace jetvit::onnx
