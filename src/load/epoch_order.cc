#include "load/epoch_order.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/random_stream.h"
#include "base/text.h"

namespace jetvit {
namespace {

// Keys of the random streams.
constexpr std::uint64_t kOrderStage = 0x6f72646572;     // "order"
constexpr std::uint64_t kSampleStage = 0x73616d706c65;  // "sample"

}  // namespace

std::vector<std::size_t> epoch_order(std::size_t count, std::uint64_t seed, int epoch) {
  std::vector<std::size_t> order(count);
  for (std::size_t place = 0; place < count; ++place) order[place] = place;
  RandomStream stream({seed, kOrderStage, static_cast<std::uint64_t>(epoch)});
  for (std::size_t place = count; place > 1; --place) std::swap(order[place - 1], order[stream.below(place)]);
  return order;
}

std::vector<double> running_sums(std::span<const float> weights) {
  std::vector<double> sums;
  sums.reserve(weights.size());
  double sum = 0;
  for (const float weight : weights) {
    if (!(weight >= 0) || std::isinf(weight)) {
      throw Error(text("jets cannot be drawn by weight: that of jet ", sums.size(), " is ", weight));
    }
    sum += weight;
    sums.push_back(sum);
  }
  if (!(sum > 0)) throw Error("jets cannot be drawn by weight: all weights are 0");
  return sums;
}

std::vector<std::size_t> weighted_order(std::span<const double> sums, std::uint64_t seed, int epoch) {
  std::vector<std::size_t> order(sums.size());
  RandomStream stream({seed, kSampleStage, static_cast<std::uint64_t>(epoch)});
  for (std::size_t& jet : order) {
    // Below the sum even after rounding: 1 - 2^-53 times a positive number is less than it.
    const double drawn = stream.uniform() * sums.back();
    jet = static_cast<std::size_t>(std::upper_bound(sums.begin(), sums.end(), drawn) - sums.begin());
  }
  return order;
}

}  // namespace jetvit
