#pragma once

#include <cmath>
#include <cstddef>

#include "base/random_stream.h"
#include "jet/channels.h"
#include "load/image_options.h"

namespace jetvit {

// How the raw image of one jet is placed in the output. In pixels of the raw image, measured from its center, with x
// along phi (columns) and y along eta (rows):
//   1. rotation by `degrees`:  x' = x cos - y sin,  y' = x sin + y cos
//   2. shift:                  x' + shift_phi,      y' + shift_eta
//   3. scale to the output:    column + 1/2 = (x' + width / 2) size / width, row likewise
//   4. flips of the finished output, which need no resampling.
// A padded image keeps its scale (column + 1/2 = x' + width / 2 + left). It is flipped about its own center, so that
// the jet keeps its position in the output even if the margins differ by a pixel.
struct Placement {
  double degrees = 0;
  int shift_eta = 0;
  int shift_phi = 0;
  bool flip_eta = false;  // rows reversed
  bool flip_phi = false;  // columns reversed

  // Whether the axis points the other way in the output, for the signs of quantities that are measured along it. A half
  // turn reverses both axes, as both flips do. Other rotations are no symmetry of the detector, whose field and beam
  // have a direction: they count as the nearest of no turn and a half turn; a quarter turn counts as no turn.
  bool reverses_eta() const { return flip_eta != is_half_turned(); }
  bool reverses_phi() const { return flip_phi != is_half_turned(); }

 private:
  bool is_half_turned() const { return std::abs(std::remainder(degrees, 360)) > 90; }
};

// Draws a placement. The number of random numbers drawn does not depend on the options.
Placement draw_placement(const AugmentOptions& options, RandomStream& stream);

// The rectangle of the square output that a raw image fills without rotation and shift: all of it if the image is
// resized, the middle if it is padded. With an odd margin, the extra pixel is at the right and at the bottom, as in
// torchvision's CenterCrop.
struct Frame {
  int size = 0;  // side of the output
  int top = 0, left = 0;
  int height = 0, width = 0;
};

Frame resized_frame(int size);
Frame padded_frame(const ImageShape& shape, int size);  // size: at least the image's height and width

// Half-open: [begin, end).
struct Interval {
  int begin = 0, end = 0;
};

// A placement for one image shape and frame. Quarter turns of a square image, like flips, only renumber the output
// pixels and are therefore exact; `sine`, `cosine` and the shifts describe the rest. Rows and columns before flips and
// quarter turns are counted from the corner of the frame: those of the padding are outside 0 .. height - 1.
struct Geometry {
  Geometry(const Placement& placement, const ImageShape& shape, const Frame& frame);

  bool is_rotated() const { return sine != 0 || cosine != 1; }
  bool is_shifted() const { return shift_eta != 0 || shift_phi != 0; }
  // Index in the finished output of a pixel at (row, column) before flips and quarter turns.
  std::ptrdiff_t index(int row, int column) const { return origin + row * row_step + column * column_step; }

  Frame frame;
  Interval rows, columns;  // those inside the output, before flips and quarter turns
  double sine = 0;
  double cosine = 1;
  int shift_eta = 0;
  int shift_phi = 0;
  std::ptrdiff_t origin = 0;
  std::ptrdiff_t row_step = 0;
  std::ptrdiff_t column_step = 1;
};

}  // namespace jetvit
