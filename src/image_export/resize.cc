#include "image_export/resize.h"

#include <algorithm>
#include <cmath>

// Uses FMA instructions if the processor has them. Otherwise the C library's fma() gives the same rounding.
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
void mix_columns(const double* values, const int* low, const int* high, const double* weight, double* out, int first,
                 int last) {
  for (int index = first; index < last; ++index) {
    const double from = values[low[index]];
    out[index] = __builtin_fma(values[high[index]] - from, weight[index], from);
  }
}

}  // namespace

BilinearResize::BilinearResize(int height, int width, int new_height, int new_width)
    : width_(width),
      rows_(taps(height, new_height)),
      columns_(taps(width, new_width)),
      reach_(static_cast<std::size_t>(width)),
      row_(static_cast<std::size_t>(width)),
      wide_(static_cast<std::size_t>(height) * static_cast<std::size_t>(new_width)),
      occupied_(static_cast<std::size_t>(height)),
      new_occupied_(static_cast<std::size_t>(new_height)) {
  for (int index = 0; index < new_width; ++index) {
    const auto at = static_cast<std::size_t>(index);
    for (const int column : {columns_.low[at], columns_.high[at]}) {
      Reach& reach = reach_[static_cast<std::size_t>(column)];
      if (reach.last == 0) reach.first = index;
      reach.last = index + 1;
    }
  }
}

BilinearResize::Taps BilinearResize::taps(int size, int new_size) {
  Taps taps;
  const double scale = static_cast<double>(size) / new_size;
  for (int index = 0; index < new_size; ++index) {
    const auto center = static_cast<float>((index + 0.5) * scale - 0.5);
    const auto low = static_cast<int>(std::floor(center));
    taps.low.push_back(std::clamp(low, 0, size - 1));
    taps.high.push_back(std::clamp(low + 1, 0, size - 1));
    taps.weight.push_back(center - static_cast<float>(low));
  }
  return taps;
}

void BilinearResize::operator()(std::span<const std::uint32_t> pixel, std::span<const double> value,
                                std::span<double> out) {
  const std::size_t new_width = columns_.low.size();
  const auto width = static_cast<std::uint32_t>(width_);
  const auto wide_row = [&](std::size_t row) { return wide_.data() + row * new_width; };
  for (std::size_t row = 0; row < occupied_.size(); ++row) {
    if (occupied_[row]) std::fill_n(wide_row(row), new_width, 0.0);
    occupied_[row] = 0;
  }
  for (std::size_t begin = 0, end = 0; begin < pixel.size(); begin = end) {
    const std::uint32_t row = pixel[begin] / width;
    for (end = begin; end < pixel.size() && pixel[end] / width == row; ++end) row_[pixel[end] % width] = value[end];
    for (std::size_t index = begin; index < end; ++index) {
      const Reach& reach = reach_[pixel[index] % width];
      mix_columns(row_.data(), columns_.low.data(), columns_.high.data(), columns_.weight.data(), wide_row(row),
                  reach.first, reach.last);
    }
    for (std::size_t index = begin; index < end; ++index) row_[pixel[index] % width] = 0;
    occupied_[row] = 1;
  }
  for (std::size_t row = 0; row < rows_.low.size(); ++row) {
    const auto low = static_cast<std::size_t>(rows_.low[row]);
    const auto high = static_cast<std::size_t>(rows_.high[row]);
    double* to = out.data() + row * new_width;
    new_occupied_[row] = occupied_[low] || occupied_[high];
    if (new_occupied_[row]) {
      mix_rows(wide_row(low), wide_row(high), rows_.weight[row], to, new_width);
    } else {
      std::fill_n(to, new_width, 0.0);
    }
  }
}

}  // namespace jetvit
