#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

// Bilinear resizing of one sparse float64 plane. The result equals, bit for bit, that of opencv-python's
// cv2.resize(plane, (width, height)) with INTER_LINEAR on an x86-64 processor with FMA (OpenCV calls Intel's IPP
// there): pixel centers are aligned and edges replicated. It interpolates first along the rows, then along the columns,
// each time as fma(b - a, weight, a) with a float32 weight.
class BilinearResize {
 public:
  BilinearResize(int height, int width, int new_height, int new_width);

  // pixel: row * width + column of the non-zero pixels, in increasing order; out: new_height * new_width values.
  void operator()(std::span<const std::uint32_t> pixel, std::span<const double> value, std::span<double> out);

  // Whether a row of the last `out` may contain non-zero values.
  bool occupied(int new_row) const { return new_occupied_[static_cast<std::size_t>(new_row)]; }

 private:
  struct Taps {  // for each new pixel: the two old pixels that are interpolated, and the weight of the higher one
    std::vector<int> low, high;
    std::vector<double> weight;
  };
  struct Reach {  // the new pixels [first, last) that depend on an old pixel
    int first = 0, last = 0;
  };
  static Taps taps(int size, int new_size);

  int width_;
  Taps rows_, columns_;
  std::vector<Reach> reach_;                   // of the columns
  std::vector<double> row_;                    // one row of the plane; zeros between calls
  std::vector<double> wide_;                   // (height, new_width); unoccupied rows hold zeros
  std::vector<char> occupied_, new_occupied_;  // whether a row of the plane (of the result) has non-zero values
};

}  // namespace jetvit
