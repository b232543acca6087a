#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace jetvit {

// Sums of float32 values and of their squares without rounding: integer bins per exponent, so that the result is the
// same for any order, number of threads and sharding, bit for bit. Rounded once, when read.
class ExactSum {
 public:
  void add(float value);  // finite values only
  void merge(const ExactSum& other);
  double sum() const;             // sum of the values
  double sum_of_squares() const;  // sum of the squares of the values

  // What an exponent's bin holds: to be written down and merged elsewhere.
  struct Bin {
    int exponent = 0;
    std::int64_t sum = 0;
    std::uint64_t squares_high = 0, squares_low = 0;  // of 128 bits
  };
  std::vector<Bin> bins() const;  // those that hold something
  void add(const Bin& bin);       // throws Error for an exponent that no value has

 private:
  static constexpr int kExponents = 256;
  // Signed 24-bit significands by biased exponent: 2^39 additions fit.
  std::array<std::int64_t, kExponents> sum_{};
  // 48-bit squares by biased exponent: 2^79 additions fit.
  __extension__ using Wide = unsigned __int128;
  std::array<Wide, kExponents> squares_{};
};

}  // namespace jetvit
