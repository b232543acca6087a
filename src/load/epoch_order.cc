#include "load/epoch_order.h"

#include <algorithm>
#include <cmath>

#include "base/draws.h"
#include "base/error.h"
#include "base/random_stream.h"
#include "base/text.h"

namespace jetvit {
namespace {

// Keys of the random streams.
constexpr std::uint64_t kOrderPurpose = 0x6f72646572;     // "order"
constexpr std::uint64_t kSamplePurpose = 0x73616d706c65;  // "sample"

}  // namespace

std::vector<std::size_t> epoch_order(std::size_t count, std::uint64_t seed, int epoch) {
  RandomStream stream({seed, kOrderPurpose, static_cast<std::uint64_t>(epoch)});
  return draw_permutation(count, stream);
}

std::vector<double> cumulative_sums(std::span<const float> weights) {
  std::vector<double> sums;
  sums.reserve(weights.size());
  double sum = 0;
  for (const float weight : weights) {
    if (!(weight >= 0) || std::isinf(weight)) {
      throw Error(text("jets cannot be drawn by weight: jet ", sums.size(), " has the weight ", weight));
    }
    sum += weight;
    sums.push_back(sum);
  }
  if (!(sum > 0)) throw Error("jets cannot be drawn by weight: all weights are 0");
  return sums;
}

std::vector<std::size_t> weighted_order(std::span<const double> sums, std::uint64_t seed, int epoch) {
  std::vector<std::size_t> order(sums.size());
  RandomStream stream({seed, kSamplePurpose, static_cast<std::uint64_t>(epoch)});
  for (std::size_t& jet : order) {
    // Below the total even after rounding: 1 - 2^-53 times a positive number is less than the number.
    const double drawn = stream.uniform() * sums.back();
    jet = static_cast<std::size_t>(std::upper_bound(sums.begin(), sums.end(), drawn) - sums.begin());
  }
  return order;
}

}  // namespace jetvit
