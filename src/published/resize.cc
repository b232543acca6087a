#include "published/resize.h"

#include <algorithm>
#include <cmath>

// With FMA instructions where the processor has them; the C library rounds the same way where it has not.
#if defined(__x86_64__) && !defined(JETVIT_NO_MULTIVERSIONING)
#define JETVIT_WITH_FMA [[gnu::target_clones("fma", "default")]]
#else
#define JETVIT_WITH_FMA
#endif

namespace jetvit {
namespace {

JETVIT_WITH_FMA
void mix_rows(const double* low, const double* high, double weight, double* out, std::size_t count) {
  for (std::size_t index = 0; index < count; ++index) {
    out[index] = __builtin_fma(high[index] - low[index], weight, low[index]);
  }
}

JETVIT_WITH_FMA
void mix_columns(const double* values, const int* low, const int* high, const double* weight, double* out,
                 std::size_t count) {
  for (std::size_t index = 0; index < count; ++index) {
    const double from = values[low[index]];
    out[index] = __builtin_fma(values[high[index]] - from, weight[index], from);
  }
}

}  // namespace

BilinearResize::BilinearResize(int height, int width, int new_height, int new_width)
    : height_(height),
      width_(width),
      rows_(taps(height, new_height)),
      columns_(taps(width, new_width)),
      wide_(static_cast<std::size_t>(height) * static_cast<std::size_t>(new_width)),
      occupied_(static_cast<std::size_t>(height)),
      new_occupied_(static_cast<std::size_t>(new_height)) {}

BilinearResize::Taps BilinearResize::taps(int size, int new_size) {
  Taps taps;
  const double scale = static_cast<double>(size) / new_size;
  for (int index = 0; index < new_size; ++index) {
    const auto centre = static_cast<float>((index + 0.5) * scale - 0.5);
    const auto low = static_cast<int>(std::floor(centre));
    taps.low.push_back(std::clamp(low, 0, size - 1));
    taps.high.push_back(std::clamp(low + 1, 0, size - 1));
    taps.weight.push_back(centre - static_cast<float>(low));
  }
  return taps;
}

void BilinearResize::operator()(std::span<const double> plane, std::span<double> out) {
  const std::size_t width = columns_.low.size();
  const auto wide_row = [&](int row) { return wide_.data() + static_cast<std::size_t>(row) * width; };
  for (int row = 0; row < height_; ++row) {
    const double* values = plane.data() + static_cast<std::size_t>(row) * static_cast<std::size_t>(width_);
    const bool occupied = std::any_of(values, values + width_, [](double value) { return value != 0; });
    occupied_[static_cast<std::size_t>(row)] = occupied;
    if (occupied) {
      mix_columns(values, columns_.low.data(), columns_.high.data(), columns_.weight.data(), wide_row(row), width);
    } else {
      std::fill_n(wide_row(row), width, 0.0);
    }
  }
  for (std::size_t row = 0; row < rows_.low.size(); ++row) {
    const int low = rows_.low[row];
    const int high = rows_.high[row];
    double* to = out.data() + row * width;
    new_occupied_[row] = occupied_[static_cast<std::size_t>(low)] || occupied_[static_cast<std::size_t>(high)];
    if (new_occupied_[row]) {
      mix_rows(wide_row(low), wide_row(high), rows_.weight[row], to, width);
    } else {
      std::fill_n(to, width, 0.0);
    }
  }
}

}  // namespace jetvit
