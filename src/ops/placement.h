#pragma once

#include <cstddef>

#include "base/random_stream.h"
#include "jet/channels.h"
#include "ops/image_options.h"

namespace jetvit {

// Where one jet's raw image goes. Forward, in pixels of the raw image measured from its centre, with x along phi
// (columns) and y along eta (rows):
//   1. rotation by `degrees`:  x' = x cos - y sin,  y' = x sin + y cos
//   2. shift:                  x' + shift_phi,      y' + shift_eta
//   3. scale to the output:    column + 1/2 = (x' + width / 2) size / width, row likewise
//   4. flips of the finished output, which therefore never resample anything.
struct Placement {
  double degrees = 0;
  int shift_eta = 0;
  int shift_phi = 0;
  bool flip_eta = false;  // rows reversed
  bool flip_phi = false;  // columns reversed
};

// Draws a placement; takes the same count of random numbers whatever the options.
Placement draw_placement(const AugmentOptions& options, RandomStream& stream);

// A placement worked out for one shape and size. Quarter turns of a square image, like flips, only renumber the output,
// so that they are exact; what is left is `sine`, `cosine` and a shift.
struct Geometry {
  Geometry(const Placement& placement, const ImageShape& shape, int output_size);

  bool is_rotated() const { return sine != 0 || cosine != 1; }
  bool is_shifted() const { return shift_eta != 0 || shift_phi != 0; }
  // Position of (row, column) of the image before flips and quarter turns in the finished output.
  std::ptrdiff_t index(int row, int column) const { return origin + row * row_step + column * column_step; }

  int size = 0;
  double sine = 0;
  double cosine = 1;
  int shift_eta = 0;
  int shift_phi = 0;
  std::ptrdiff_t origin = 0;
  std::ptrdiff_t row_step = 0;
  std::ptrdiff_t column_step = 1;
};

}  // namespace jetvit
