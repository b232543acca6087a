#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace jetvit {

// The weight of a jet; 1 where no jet has a weight.
inline double weight_of(std::span<const double> weight, std::size_t jet) {
  return weight.empty() ? 1 : weight[jet];
}

// Sums over the jets of one class.
struct WeightSums {
  std::size_t jets = 0;                // whose weight is not 0
  std::size_t zero = 0, negative = 0;  // jets whose weight is 0, is below 0
  double weight = 0;
  double square = 0;  // of the weights

  void add(double of_jet);
  // The number of jets of weight 1 that have the same relative error of their sum (Kish, Survey Sampling, 1965,
  // section 11.7). The number of jets where all weights are equal.
  double effective_jets() const { return square > 0 ? weight * weight / square : 0; }
};

// By class. Without weights each jet counts 1.
std::array<WeightSums, 2> weight_sums(std::span<const std::uint8_t> label, std::span<const double> weight);

}  // namespace jetvit
