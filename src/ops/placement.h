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
// A padded image keeps its scale (column + 1/2 = x' + width / 2 + left) and is flipped about its own centre, so that
// the jet stays where it is in the output, also where the margins differ by a pixel.
struct Placement {
  double degrees = 0;
  int shift_eta = 0;
  int shift_phi = 0;
  bool flip_eta = false;  // rows reversed
  bool flip_phi = false;  // columns reversed
};

// Draws a placement; takes the same count of random numbers whatever the options.
Placement draw_placement(const AugmentOptions& options, RandomStream& stream);

// The rectangle of the square output that a raw image fills, neither rotated nor shifted: all of it where the image is
// resized, the middle where it is padded. What an odd margin has over goes to the right and to the bottom, as in
// torchvision's CenterCrop.
struct Frame {
  int size = 0;  // side of the output
  int top = 0, left = 0;
  int height = 0, width = 0;
};

Frame resized_frame(int size);
Frame padded_frame(const ImageShape& shape, int size);  // size: at least the image's height and width

// From `begin` to one before `end`.
struct Interval {
  int begin = 0, end = 0;
};

// A placement worked out for one shape and frame. Quarter turns of a square image, like flips, only renumber the
// output, so that they are exact; what is left is `sine`, `cosine` and a shift. Rows and columns before flips and
// quarter turns count from the frame's corner: those of the padding lie outside 0 .. height - 1.
struct Geometry {
  Geometry(const Placement& placement, const ImageShape& shape, const Frame& frame);

  bool is_rotated() const { return sine != 0 || cosine != 1; }
  bool is_shifted() const { return shift_eta != 0 || shift_phi != 0; }
  // Position of (row, column) of the image before flips and quarter turns in the finished output.
  std::ptrdiff_t index(int row, int column) const { return origin + row * row_step + column * column_step; }

  Frame frame;
  Interval rows, columns;  // before flips and quarter turns: those that lie in the output
  double sine = 0;
  double cosine = 1;
  int shift_eta = 0;
  int shift_phi = 0;
  std::ptrdiff_t origin = 0;
  std::ptrdiff_t row_step = 0;
  std::ptrdiff_t column_step = 1;
};

}  // namespace jetvit
