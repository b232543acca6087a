#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace jetvit {

// Exact sums of float32 values and of their squares. Values are added to integer bins, one per exponent. The result is
// therefore bit-identical for any order, number of threads and sharding. It is rounded once, when it is read.
class ExactSum {
 public:
  void add(float value);  // finite values only
  void merge(const ExactSum& other);
  double sum() const;             // sum of the values
  double sum_of_squares() const;  // sum of the squares of the values

  // The content of one bin, for storing a sum and merging it elsewhere.
  struct Bin {
    int exponent = 0;
    std::int64_t sum = 0;
    std::uint64_t squares_high = 0, squares_low = 0;  // halves of a 128-bit integer
  };
  std::vector<Bin> bins() const;  // the non-empty bins
  void add(const Bin& bin);       // throws Error if the exponent is out of range

 private:
  static constexpr int kExponents = 256;
  // Signed 24-bit significands by biased exponent: 2^39 additions fit.
  std::array<std::int64_t, kExponents> sum_{};
  // 48-bit squares by biased exponent: 2^79 additions fit.
  __extension__ using Wide = unsigned __int128;
  std::array<Wide, kExponents> squares_{};
};

}  // namespace jetvit
