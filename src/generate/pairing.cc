#include "generate/pairing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <map>
#include <numeric>
#include <utility>

#include "base/draws.h"
#include "base/random_stream.h"

namespace jetvit {
namespace {

constexpr std::size_t kChunk = 512, kLongestQueue = 4096;  // jets

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

std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed, std::uint64_t chunk) {
  RandomStream random({seed, 0x73687566, chunk});
  return draw_permutation(count, random);
}

PairStream::PairStream(std::size_t jets, std::uint64_t seed, std::function<void(const JetRecords&)> sink)
    : jets_(jets), seed_(seed), sink_(std::move(sink)) {}

void PairStream::add(const JetRecords& block) {
  waiting_.append(block);
  std::vector<std::size_t> pairs = pair_classes(waiting_);
  std::vector<bool> paired(waiting_.size(), false);
  for (const std::size_t jet : pairs) paired[jet] = true;
  pairs.resize(std::min(pairs.size(), jets_ - paired_));
  paired_ += pairs.size();
  ready_.append(waiting_.select(pairs));
  std::vector<std::size_t> left;
  for (std::size_t jet = 0; jet < paired.size(); ++jet) {
    if (!paired[jet]) left.push_back(jet);
  }
  if (left.size() > kLongestQueue) left.erase(left.begin(), left.end() - static_cast<std::ptrdiff_t>(kLongestQueue));
  waiting_ = waiting_.select(left);
  flush(paired_ == jets_);
}

void PairStream::flush(bool all) {
  std::size_t begin = 0;
  while (ready_.size() - begin >= kChunk || (all && begin < ready_.size())) {
    std::vector<std::size_t> order = shuffled(std::min(kChunk, ready_.size() - begin), seed_, chunk_++);
    for (std::size_t& jet : order) jet += begin;
    sink_(ready_.select(order));
    begin += order.size();
  }
  std::vector<std::size_t> rest(ready_.size() - begin);
  std::iota(rest.begin(), rest.end(), begin);
  if (begin > 0) ready_ = ready_.select(rest);
}

}  // namespace jetvit
