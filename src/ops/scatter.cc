#include "ops/scatter.h"

#include <algorithm>
#include <cmath>

namespace jetvit {
namespace {

// Centre of a raw pixel after rotation and shift, in raw pixels from the image's centre.
struct Point {
  double x, y;
};

Point forward(const ImageShape& shape, const Geometry& geometry, int row, int column) {
  const double x = column + 0.5 - 0.5 * shape.width;
  const double y = row + 0.5 - 0.5 * shape.height;
  return {geometry.cosine * x - geometry.sine * y + geometry.shift_phi,
          geometry.sine * x + geometry.cosine * y + geometry.shift_eta};
}

// Gathering turned over: the kernel around a raw pixel covers a turned square of the output, and every output pixel in
// the square's bounding box is asked where it samples, relative to that raw pixel.
template <Resize resize>
void scatter_rotated_as(const PixelList& pixels, const ImageShape& shape, const Geometry& geometry, float* out) {
  const int size = geometry.size;
  const double step_x = static_cast<double>(shape.width) / size;  // raw pixels an output column is wide
  const double step_y = static_cast<double>(shape.height) / size;
  const double reach = kernel_radius(resize) * (std::abs(geometry.cosine) + std::abs(geometry.sine));
  // Change of the sampled raw column (u) and row (v) from one output column or row to the next.
  const float u_column = static_cast<float>(geometry.cosine * step_x);
  const float u_row = static_cast<float>(geometry.sine * step_y);
  const float v_column = static_cast<float>(-geometry.sine * step_x);
  const float v_row = static_cast<float>(geometry.cosine * step_y);

  for (std::size_t i = 0; i < pixels.value.size(); ++i) {
    const Point centre = forward(shape, geometry, pixels.row[i], pixels.column[i]);
    const double middle_column = (centre.x + 0.5 * shape.width) / step_x - 0.5;
    const double middle_row = (centre.y + 0.5 * shape.height) / step_y - 0.5;
    const int left = std::max(0, static_cast<int>(std::ceil(middle_column - reach / step_x)));
    const int right = std::min(size - 1, static_cast<int>(std::floor(middle_column + reach / step_x)));
    const int top = std::max(0, static_cast<int>(std::ceil(middle_row - reach / step_y)));
    const int bottom = std::min(size - 1, static_cast<int>(std::floor(middle_row + reach / step_y)));
    const float to_left = static_cast<float>(left - middle_column);
    const float value = pixels.value[i];
    for (int row = top; row <= bottom; ++row) {
      const float to_row = static_cast<float>(row - middle_row);
      const float u = to_left * u_column + to_row * u_row;
      const float v = to_left * v_column + to_row * v_row;
      float* target = out + geometry.index(row, left);
      for (int k = 0; k <= right - left; ++k, target += geometry.column_step) {
        const float step = static_cast<float>(k);
        *target += value * kernel<resize>(u + step * u_column) * kernel<resize>(v + step * v_column);
      }
    }
  }
}

void pool(double value, std::ptrdiff_t cell, double* pooled, std::vector<std::uint32_t>& cells) {
  if (pooled[cell] == 0) cells.push_back(static_cast<std::uint32_t>(cell));
  pooled[cell] += value;
}

}  // namespace

void scatter_by_axes(const PixelList& pixels, const AxisScatter& rows, const AxisScatter& columns,
                     const Geometry& geometry, float* out) {
  for (std::size_t i = 0; i < pixels.value.size(); ++i) {
    const std::size_t row = pixels.row[i];
    const std::size_t column = pixels.column[i];
    const float* const weights = columns.weight.data() + columns.begin[column];
    const int count = columns.begin[column + 1] - columns.begin[column];
    for (int k = rows.begin[row]; k < rows.begin[row + 1]; ++k) {
      const float value = pixels.value[i] * rows.weight[static_cast<std::size_t>(k)];
      float* const target = out + geometry.index(rows.first[row] + k - rows.begin[row], columns.first[column]);
      for (int j = 0; j < count; ++j) target[j * geometry.column_step] += value * weights[j];
    }
  }
}

void scatter_rotated(const PixelList& pixels, Resize resize, const ImageShape& shape, const Geometry& geometry,
                     float* out) {
  if (resize == Resize::kBicubic) {
    scatter_rotated_as<Resize::kBicubic>(pixels, shape, geometry, out);
  } else {
    scatter_rotated_as<Resize::kBilinear>(pixels, shape, geometry, out);
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
    const Point centre = forward(shape, geometry, pixels.row[i], pixels.column[i]);
    const double column = std::floor((centre.x + 0.5 * shape.width) * geometry.size / shape.width);
    const double row = std::floor((centre.y + 0.5 * shape.height) * geometry.size / shape.height);
    if (row < 0 || column < 0 || row >= geometry.size || column >= geometry.size) continue;
    pool(pixels.value[i], geometry.index(static_cast<int>(row), static_cast<int>(column)), pooled, cells);
  }
}

}  // namespace jetvit
