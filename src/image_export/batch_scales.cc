#include "image_export/batch_scales.h"

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/parallel_for.h"
#include "image_export/pairwise_sum.h"

namespace jetvit {
namespace {

// One channel of all jets as one sparse vector over (jet, row, column).
struct ChannelVector {
  std::vector<std::uint32_t> position;
  std::vector<double> value;
  std::vector<std::size_t> jet_begin;  // index in `position` where each jet begins, then its size
};

ChannelVector channel_vector(const SparseImages& batch, int channel, double threshold) {
  ChannelVector vector;
  const auto pixels = static_cast<std::uint32_t>(batch.shape.pixels());
  for (std::size_t jet = 0; jet < batch.size(); ++jet) {
    vector.jet_begin.push_back(vector.position.size());
    const SparseChannel sparse = batch.channel(jet, channel);
    const std::uint32_t first = static_cast<std::uint32_t>(jet) * pixels;
    for (std::size_t index = 0; index < sparse.pixel.size(); ++index) {
      if (sparse.value[index] < threshold) continue;
      vector.position.push_back(first + sparse.pixel[index]);
      vector.value.push_back(sparse.value[index]);
    }
  }
  vector.jet_begin.push_back(vector.position.size());
  return vector;
}

// The summation order of numpy's im[:, channel].mean(): first each jet, then the sums of the jets one by one.
double sum_jet_by_jet(const ChannelVector& vector, std::size_t pixels, int threads) {
  constexpr std::size_t kJets = 256;  // per task
  const std::size_t jets = vector.jet_begin.size() - 1;
  std::vector<double> sums(jets);
  parallel_for((jets + kJets - 1) / kJets, threads, [&](std::size_t task, int) {
    std::vector<std::uint32_t> within;
    for (std::size_t jet = task * kJets; jet < std::min(jets, (task + 1) * kJets); ++jet) {
      const std::size_t begin = vector.jet_begin[jet];
      const std::size_t count = vector.jet_begin[jet + 1] - begin;
      within.clear();
      for (std::size_t index = 0; index < count; ++index) {
        within.push_back(vector.position[begin + index] - static_cast<std::uint32_t>(jet * pixels));
      }
      sums[jet] = pairwise_sum({pixels, 0, within, std::span(vector.value).subspan(begin, count)});
    }
  });
  double sum = 0;
  for (const double of_jet : sums) sum += of_jet;
  return sum;
}

}  // namespace

std::vector<ChannelScale> batch_scales(const SparseImages& batch, double threshold, SumOrder order, int threads) {
  const auto pixels = static_cast<std::size_t>(batch.shape.pixels());
  const std::size_t size = batch.size() * pixels;
  if (size > std::numeric_limits<std::uint32_t>::max()) {
    throw UsageError("a batch holds more than 4,294,967,295 pixels per channel (choose a smaller `batch`)");
  }
  std::vector<ChannelVector> vectors(static_cast<std::size_t>(batch.shape.channels));
  parallel_for(vectors.size(), threads, [&](std::size_t channel, int) {
    vectors[channel] = channel_vector(batch, static_cast<int>(channel), threshold);
  });
  std::vector<ChannelScale> scales;
  for (ChannelVector& vector : vectors) {
    const double sum = order == SumOrder::kJetByJet ? sum_jet_by_jet(vector, pixels, threads)
                                                    : pairwise_sum({size, 0, vector.position, vector.value}, threads);
    const double mean = sum / static_cast<double>(size);
    for (double& value : vector.value) value = (value - mean) * (value - mean);
    const double squares = pairwise_sum({size, (0 - mean) * (0 - mean), vector.position, vector.value}, threads);
    scales.push_back({mean, std::sqrt(squares / static_cast<double>(size)), false});
  }
  return scales;
}

}  // namespace jetvit
