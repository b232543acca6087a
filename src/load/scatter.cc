#include "load/scatter.h"

#include <algorithm>
#include <cmath>

#include "compute/vector_math.h"

namespace jetvit {
namespace {

// Center of a raw pixel after rotation and shift, in raw pixels from the image's center.
struct Point {
  double x, y;
};

Point forward(const ImageShape& shape, const Geometry& geometry, int row, int column) {
  const double x = column + 0.5 - 0.5 * shape.width;
  const double y = row + 0.5 - 0.5 * shape.height;
  return {geometry.cosine * x - geometry.sine * y + geometry.shift_phi,
          geometry.sine * x + geometry.cosine * y + geometry.shift_eta};
}

// For numbers well within the range of int. Avoids a library call on processors without a rounding instruction.
JETVIT_ALWAYS_INLINE int floor_of(double x) {
  const int truncated = static_cast<int>(x);
  return truncated - (x < truncated ? 1 : 0);
}

JETVIT_ALWAYS_INLINE int ceiling_of(double x) {
  const int truncated = static_cast<int>(x);
  return truncated + (x > truncated ? 1 : 0);
}

// Number of output columns whose weights are computed together.
constexpr int kLanes = 4;
using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));

// The transpose of gathering: the kernel around a raw pixel covers a rotated square of the output. For each output
// pixel in the bounding box of this square, the sampled point relative to the raw pixel gives the weight.
template <Resize resize>
JETVIT_ALWAYS_INLINE void scatter_rotated_as(const PixelList& pixels, const ImageShape& shape, const Geometry& geometry,
                                             std::ptrdiff_t pixel_step, float* out) {
  const double step_x =
      static_cast<double>(shape.width) / geometry.frame.width;  // width of an output column, raw pixels
  const double step_y = static_cast<double>(shape.height) / geometry.frame.height;
  const double columns = 1 / step_x;
  const double rows = 1 / step_y;
  const std::ptrdiff_t column_step = geometry.column_step * pixel_step;
  const double rotated_radius = kernel_radius(resize) * (std::abs(geometry.cosine) + std::abs(geometry.sine));
  const double reach_columns = rotated_radius * columns;
  const double reach_rows = rotated_radius * rows;
  // The largest number of columns and rows that the kernel can cover, used for every pixel: predictable branches save
  // more time than the few output pixels without weight cost.
  const int most_columns = floor_of(2 * reach_columns) + 1;
  const int most_rows = floor_of(2 * reach_rows) + 1;
  // Change of the sampled raw column (u) and row (v) from one output column or row to the next.
  const float u_column = static_cast<float>(geometry.cosine * step_x);
  const float u_row = static_cast<float>(geometry.sine * step_y);
  const float v_column = static_cast<float>(-geometry.sine * step_x);
  const float v_row = static_cast<float>(geometry.cosine * step_y);

  for (std::size_t i = 0; i < pixels.value.size(); ++i) {
    const Point center = forward(shape, geometry, pixels.row[i], pixels.column[i]);
    const double middle_column = (center.x + 0.5 * shape.width) * columns - 0.5;
    const double middle_row = (center.y + 0.5 * shape.height) * rows - 0.5;
    const int left = ceiling_of(middle_column - reach_columns);
    const int top = ceiling_of(middle_row - reach_rows);
    const int first_column = std::max(geometry.columns.begin, left);
    const int count = std::min(geometry.columns.end, left + most_columns) - first_column;
    const int last_row = std::min(geometry.rows.end, top + most_rows);
    const float to_left = static_cast<float>(first_column - middle_column);
    const float value = pixels.value[i];
    for (int row = std::max(geometry.rows.begin, top); row < last_row; ++row) {
      const float to_row = static_cast<float>(row - middle_row);
      const float u = to_left * u_column + to_row * u_row;
      const float v = to_left * v_column + to_row * v_row;
      float* target = out + geometry.index(row, first_column) * pixel_step;
      for (int first = 0; first < count; first += kLanes) {
        const Lanes step = Lanes{0, 1, 2, 3} + static_cast<float>(first);
        const Lanes share = value * kernel<resize>(u + step * u_column) * kernel<resize>(v + step * v_column);
        const int lanes = std::min(kLanes, count - first);
        for (int k = 0; k < lanes; ++k, target += column_step) *target += share[k];
      }
    }
  }
}

JETVIT_VECTOR_CLONES void scatter_bilinear(const PixelList& pixels, const ImageShape& shape, const Geometry& geometry,
                                           std::ptrdiff_t step, float* out) {
  scatter_rotated_as<Resize::kBilinear>(pixels, shape, geometry, step, out);
}

JETVIT_VECTOR_CLONES void scatter_bicubic(const PixelList& pixels, const ImageShape& shape, const Geometry& geometry,
                                          std::ptrdiff_t step, float* out) {
  scatter_rotated_as<Resize::kBicubic>(pixels, shape, geometry, step, out);
}

void pool(double value, std::ptrdiff_t cell, double* pooled, std::vector<std::uint32_t>& cells) {
  if (pooled[cell] == 0) cells.push_back(static_cast<std::uint32_t>(cell));
  pooled[cell] += value;
}

}  // namespace

void scatter_by_axes(const PixelList& pixels, const AxisScatter& rows, const AxisScatter& columns,
                     const Geometry& geometry, std::ptrdiff_t step, float* out) {
  const std::ptrdiff_t column_step = geometry.column_step * step;
  for (std::size_t i = 0; i < pixels.value.size(); ++i) {
    const std::size_t row = pixels.row[i];
    const std::size_t column = pixels.column[i];
    const float* const weights = columns.weight.data() + columns.begin[column];
    const int count = columns.begin[column + 1] - columns.begin[column];
    for (int k = rows.begin[row]; k < rows.begin[row + 1]; ++k) {
      const float value = pixels.value[i] * rows.weight[static_cast<std::size_t>(k)];
      float* const target = out + geometry.index(rows.first[row] + k - rows.begin[row], columns.first[column]) * step;
      for (int j = 0; j < count; ++j) target[j * column_step] += value * weights[j];
    }
  }
}

void copy_pixels(const PixelList& pixels, const Geometry& geometry, std::ptrdiff_t step, float* out) {
  for (std::size_t i = 0; i < pixels.value.size(); ++i) {
    const int row = pixels.row[i] + geometry.shift_eta;
    const int column = pixels.column[i] + geometry.shift_phi;
    if (row < geometry.rows.begin || row >= geometry.rows.end) continue;
    if (column < geometry.columns.begin || column >= geometry.columns.end) continue;
    out[geometry.index(row, column) * step] += pixels.value[i];
  }
}

void scatter_rotated(const PixelList& pixels, Resize resize, const ImageShape& shape, const Geometry& geometry,
                     std::ptrdiff_t step, float* out) {
  if (resize == Resize::kBicubic) {
    scatter_bicubic(pixels, shape, geometry, step, out);
  } else {
    scatter_bilinear(pixels, shape, geometry, step, out);
  }
}

void pool_by_axes(const PixelList& pixels, const AxisScatter& rows, const AxisScatter& columns,
                  const Geometry& geometry, double* pooled, std::vector<std::uint32_t>& cells) {
  for (std::size_t i = 0; i < pixels.value.size(); ++i) {
    const std::size_t row = pixels.row[i];
    const std::size_t column = pixels.column[i];
    if (rows.begin[row] == rows.begin[row + 1] || columns.begin[column] == columns.begin[column + 1]) continue;
    pool(pixels.value[i], geometry.index(rows.first[row], columns.first[column]), pooled, cells);
  }
}

void pool_rotated(const PixelList& pixels, const ImageShape& shape, const Geometry& geometry, double* pooled,
                  std::vector<std::uint32_t>& cells) {
  for (std::size_t i = 0; i < pixels.value.size(); ++i) {
    const Point center = forward(shape, geometry, pixels.row[i], pixels.column[i]);
    const double column = std::floor((center.x + 0.5 * shape.width) * geometry.frame.width / shape.width);
    const double row = std::floor((center.y + 0.5 * shape.height) * geometry.frame.height / shape.height);
    if (row < 0 || column < 0 || row >= geometry.frame.height || column >= geometry.frame.width) continue;
    pool(pixels.value[i], geometry.index(static_cast<int>(row), static_cast<int>(column)), pooled, cells);
  }
}

}  // namespace jetvit
