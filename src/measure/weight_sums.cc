#include "measure/weight_sums.h"

namespace jetvit {

void WeightSums::add(double of_jet) {
  jets += of_jet != 0 ? 1 : 0;
  zero += of_jet == 0 ? 1 : 0;
  negative += of_jet < 0 ? 1 : 0;
  weight += of_jet;
  square += of_jet * of_jet;
}

std::array<WeightSums, 2> weight_sums(std::span<const std::uint8_t> label, std::span<const double> weight) {
  std::array<WeightSums, 2> sums;
  for (std::size_t jet = 0; jet < label.size(); ++jet) sums[label[jet]].add(weight_of(weight, jet));
  return sums;
}

}  // namespace jetvit
