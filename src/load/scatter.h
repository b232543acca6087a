#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "jet/channels.h"
#include "load/placement.h"
#include "load/resample.h"

namespace jetvit {

// Non-zero pixels of one raw image.
struct PixelList {
  std::span<const std::uint16_t> row;
  std::span<const std::uint16_t> column;
  std::span<const float> value;
};

// Adds an image that is not rotated to out[size][size] with the scatters of its two axes. Consecutive output pixels are
// `step` floats apart: the number of channels if channels are last, otherwise 1.
void scatter_by_axes(const PixelList& pixels, const AxisScatter& rows, const AxisScatter& columns,
                     const Geometry& geometry, std::ptrdiff_t step, float* out);

// Adds a padded image that is not rotated: every pixel is copied. Pixels outside the output are lost.
void copy_pixels(const PixelList& pixels, const Geometry& geometry, std::ptrdiff_t step, float* out);

// Adds a rotated image with bilinear or bicubic interpolation, empty beyond the edge.
void scatter_rotated(const PixelList& pixels, Resize resize, const ImageShape& shape, const Geometry& geometry,
                     std::ptrdiff_t step, float* out);

// Adds every pixel to the cell of pooled[size][size] that contains its center, and appends the cells to `cells` in the
// order in which they are filled (a cell may be listed twice). Pixels outside the image are lost.
void pool_by_axes(const PixelList& pixels, const AxisScatter& rows, const AxisScatter& columns,
                  const Geometry& geometry, double* pooled, std::vector<std::uint32_t>& cells);
void pool_rotated(const PixelList& pixels, const ImageShape& shape, const Geometry& geometry, double* pooled,
                  std::vector<std::uint32_t>& cells);

}  // namespace jetvit
