#include "pictures/png_rows.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "pictures/png_file.h"

namespace jetvit {
namespace {

// Adds to each byte the prediction from the bytes of the same color to the left, above, and above left.
template <std::size_t kColors, class Predict>
void add_prediction(const std::uint8_t* row, const std::uint8_t* above, std::size_t count, std::uint8_t* out,
                    Predict predict) {
  std::array<int, kColors> left{};
  std::array<int, kColors> corner{};
  for (std::size_t pixel = 0; pixel < count; pixel += kColors) {
    for (std::size_t color = 0; color < kColors; ++color) {
      const int up = above[pixel + color];
      left[color] = (row[pixel + color] + predict(left[color], up, corner[color])) & 0xff;
      corner[color] = up;
      out[pixel + color] = static_cast<std::uint8_t>(left[color]);
    }
  }
}

// The neighbor closest to left + up - corner; ties are resolved in the order left, up, corner.
int paeth(int left, int up, int corner) {
  const int from_left = std::abs(up - corner);
  const int from_up = std::abs(left - corner);
  const int from_corner = std::abs(left + up - 2 * corner);
  const int nearer = from_up <= from_corner ? up : corner;
  return from_left <= from_up && from_left <= from_corner ? left : nearer;
}

template <std::size_t kColors>
void undo_filter(std::uint8_t filter, const std::uint8_t* row, const std::uint8_t* above, std::size_t count,
                 std::uint8_t* out) {
  switch (filter) {
    case 0:
      std::memcpy(out, row, count);
      return;
    case 1:
      return add_prediction<kColors>(row, above, count, out, [](int left, int, int) { return left; });
    case 2:
      for (std::size_t byte = 0; byte < count; ++byte) out[byte] = static_cast<std::uint8_t>(row[byte] + above[byte]);
      return;
    case 3:
      return add_prediction<kColors>(row, above, count, out, [](int left, int up, int) { return (left + up) / 2; });
    case 4:
      return add_prediction<kColors>(row, above, count, out, paeth);
    default:
      throw_damaged_png("a row names an unknown filter");
  }
}

}  // namespace

void undo_filters(std::span<const std::uint8_t> rows, std::size_t row_bytes, int colors, std::uint8_t* pixels) {
  const std::vector<std::uint8_t> nothing(row_bytes);  // above the first row
  const std::uint8_t* above = nothing.data();
  for (std::size_t begin = 0; begin < rows.size(); begin += 1 + row_bytes) {
    const std::uint8_t* row = rows.data() + begin;
    if (colors == 1) {
      undo_filter<1>(row[0], row + 1, above, row_bytes, pixels);
    } else {
      undo_filter<3>(row[0], row + 1, above, row_bytes, pixels);
    }
    above = pixels;
    pixels += row_bytes;
  }
}

}  // namespace jetvit
