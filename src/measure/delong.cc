#include "measure/delong.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "measure/scores_check.h"

namespace jetvit {
namespace {

// Ranks starting at 1; tied values share their mean rank.
std::vector<double> midranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t index = begin; index < end; ++index) {
      ranks[order[index]] = 0.5 * static_cast<double>(begin + end + 1);
    }
    begin = end;
  }
  return ranks;
}

// For each signal jet the fraction of background jets with a lower score, for each background jet the fraction of
// signal jets with a higher score. Ties count one half.
struct Components {
  std::vector<double> signal, background;
};

Components components(std::span<const double> score, std::span<const std::uint8_t> label) {
  check_scores(score, label, {});
  std::vector<double> signal;
  std::vector<double> background;
  for (std::size_t jet = 0; jet < score.size(); ++jet) (label[jet] != 0 ? signal : background).push_back(score[jet]);
  if (signal.size() < 2 || background.size() < 2)
    throw Error("scores: each class needs at least two jets for an error estimate");
  std::vector<double> all = signal;
  all.insert(all.end(), background.begin(), background.end());
  const std::vector<double> of_all = midranks(all);
  const std::vector<double> of_signal = midranks(signal);
  const std::vector<double> of_background = midranks(background);
  Components out{std::vector<double>(signal.size()), std::vector<double>(background.size())};
  const auto signals = static_cast<double>(signal.size());
  const auto backgrounds = static_cast<double>(background.size());
  for (std::size_t jet = 0; jet < signal.size(); ++jet) out.signal[jet] = (of_all[jet] - of_signal[jet]) / backgrounds;
  for (std::size_t jet = 0; jet < background.size(); ++jet) {
    out.background[jet] = 1 - (of_all[signal.size() + jet] - of_background[jet]) / signals;
  }
  return out;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Sample variance of the mean.
double variance_of_mean(const std::vector<double>& values) {
  const double center = mean(values);
  double sum = 0;
  for (const double value : values) sum += (value - center) * (value - center);
  const auto count = static_cast<double>(values.size());
  return sum / (count - 1) / count;
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> out(a.size());
  std::transform(a.begin(), a.end(), b.begin(), out.begin(), std::minus<>());
  return out;
}

}  // namespace

AucEstimate delong(std::span<const double> score, std::span<const std::uint8_t> label) {
  const Components parts = components(score, label);
  return {mean(parts.signal), std::sqrt(variance_of_mean(parts.signal) + variance_of_mean(parts.background))};
}

PairedComparison delong_paired(std::span<const double> first, std::span<const double> second,
                               std::span<const std::uint8_t> label) {
  const Components a = components(first, label);
  const Components b = components(second, label);
  PairedComparison out;
  out.difference = mean(a.signal) - mean(b.signal);
  out.error = std::sqrt(variance_of_mean(difference(a.signal, b.signal)) +
                        variance_of_mean(difference(a.background, b.background)));
  if (out.error > 0) out.p_value = std::erfc(std::abs(out.difference) / out.error / std::sqrt(2.0));
  return out;
}

}  // namespace jetvit
