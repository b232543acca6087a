#include "load/placement.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

namespace jetvit {
namespace {

// Uniform integer in [-largest, largest].
int draw_shift(int largest, RandomStream& stream) {
  return static_cast<int>(stream.below(2 * static_cast<std::uint64_t>(largest) + 1)) - largest;
}

}  // namespace

Placement draw_placement(const AugmentOptions& options, RandomStream& stream) {
  Placement placement;
  placement.flip_phi = stream.chance(options.horizontal_flip);
  placement.flip_eta = stream.chance(options.vertical_flip);
  placement.degrees = stream.uniform(-options.rotation, options.rotation);
  placement.shift_eta = draw_shift(options.shift_eta, stream);
  placement.shift_phi = draw_shift(options.shift_phi, stream);
  return placement;
}

Frame resized_frame(int size) {
  return {.size = size, .height = size, .width = size};
}

Frame padded_frame(const ImageShape& shape, int size) {
  return {.size = size,
          .top = (size - shape.height) / 2,
          .left = (size - shape.width) / 2,
          .height = shape.height,
          .width = shape.width};
}

Geometry::Geometry(const Placement& placement, const ImageShape& shape, const Frame& of_output)
    : frame(of_output), shift_eta(placement.shift_eta), shift_phi(placement.shift_phi) {
  const double quarters = placement.degrees / 90;
  const double nearest = std::nearbyint(quarters);
  int turns = 0;
  if (std::abs(quarters - nearest) < 1e-12) {
    turns = ((static_cast<int>(nearest) % 4) + 4) % 4;
    // The exact values; std::sin of a quarter turn is rounded.
    sine = turns == 1 ? 1 : turns == 3 ? -1 : 0;
    cosine = turns == 0 ? 1 : turns == 2 ? -1 : 0;
  } else {
    sine = std::sin(placement.degrees * std::numbers::pi / 180);
    cosine = std::cos(placement.degrees * std::numbers::pi / 180);
  }
  // A half turn maps any image onto its own frame, a quarter turn only a square one.
  if (turns == 2 || shape.height == shape.width) {
    // Rotating and then shifting by s equals shifting by s rotated backwards and then rotating.
    for (int turn = 0; turn < turns; ++turn) {
      const int eta = shift_eta;
      shift_eta = -shift_phi;
      shift_phi = eta;
    }
    if (turns != 0) {
      sine = 0;
      cosine = 1;
    }
  } else {
    turns = 0;
  }
  const auto index_in_output = [&](int row, int column) {
    int height = frame.height;
    int width = frame.width;
    for (int turn = 0; turn < turns; ++turn) {
      row = std::exchange(column, height - 1 - row);
      std::swap(height, width);
    }
    if (placement.flip_eta) row = frame.height - 1 - row;
    if (placement.flip_phi) column = frame.width - 1 - column;
    return static_cast<std::ptrdiff_t>(frame.top + row) * frame.size + frame.left + column;
  };
  origin = index_in_output(0, 0);
  row_step = index_in_output(1, 0) - origin;
  column_step = index_in_output(0, 1) - origin;
  // Mirroring an axis exchanges its margins. A quarter turn exchanges the axes, which are equal then.
  const auto inside = [&](std::ptrdiff_t step, int margin, int length) {
    return step > 0 ? Interval{-margin, frame.size - margin} : Interval{length + margin - frame.size, length + margin};
  };
  rows = inside(row_step, frame.top, frame.height);
  columns = inside(column_step, frame.left, frame.width);
}

}  // namespace jetvit
