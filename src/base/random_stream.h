#pragma once

#include <cstdint>
#include <initializer_list>

namespace jetvit {

// Hashes words into one 64-bit word (with the finalizer of SplitMix64: Steele, Lea, Flood, OOPSLA 2014).
inline std::uint64_t mix_words(std::initializer_list<std::uint64_t> words) {
  std::uint64_t state = 0x9e3779b97f4a7c15;
  for (const std::uint64_t word : words) {
    state = (state ^ word) + 0x9e3779b97f4a7c15;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9;
    state = (state ^ (state >> 27)) * 0x94d049bb133111eb;
    state ^= state >> 31;
  }
  return state;
}

// A stream of random numbers (SplitMix64) that depends only on its key, for example (seed, purpose, epoch, jet). It is
// therefore the same for any number of threads, workers or processes.
class RandomStream {
 public:
  using result_type = std::uint64_t;
  explicit RandomStream(std::initializer_list<std::uint64_t> key) : state_(mix_words(key)) {}

  std::uint64_t operator()() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t word = state_;
    word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
    word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
    return word ^ (word >> 31);
  }
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }  // [0, 1)
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  bool chance(double probability) { return uniform() < probability; }
  // An integer from 0 to bound - 1. The bias is negligible for bounds far below 2^64.
  std::uint64_t below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>((*this)()) * bound) >> 64);
  }

 private:
  std::uint64_t state_;
};

}  // namespace jetvit
