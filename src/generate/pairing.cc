#include "generate/pairing.h"

#include <array>
#include <cmath>
#include <deque>
#include <map>
#include <numeric>
#include <utility>

#include "base/random_stream.h"

namespace jetvit {
namespace {

std::pair<int, int> bin(double pt, double eta) {
  const double pt_bin = pt < 200 ? pt / 10 : 20 + std::log(pt / 200) / std::log(1.05);
  return {static_cast<int>(pt_bin), static_cast<int>(std::abs(eta) / 0.2)};
}

}  // namespace

std::vector<std::size_t> pair_classes(const JetRecords& jets) {
  const std::vector<double>& pt = jets.observer("pt");
  const std::vector<double>& eta = jets.observer("eta");
  std::map<std::pair<int, int>, std::array<std::deque<std::size_t>, 2>> waiting;
  std::vector<std::size_t> out;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    auto& queues = waiting[bin(pt[jet], eta[jet])];
    const std::size_t label = jets.label[jet];
    auto& partners = queues[1 - label];
    if (partners.empty()) {
      queues[label].push_back(jet);
      continue;
    }
    const std::size_t partner = partners.front();
    partners.pop_front();
    out.push_back(label == 1 ? jet : partner);
    out.push_back(label == 1 ? partner : jet);
  }
  return out;
}

std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream random({seed, 0x73687566});
  for (std::size_t left = count; left > 1; --left) std::swap(order[left - 1], order[random.below(left)]);
  return order;
}

}  // namespace jetvit
