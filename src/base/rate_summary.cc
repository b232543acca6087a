#include "base/rate_summary.h"

#include <algorithm>
#include <utility>

namespace jetvit {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

RateSummary rate_summary(std::vector<double> rates) {
  const auto [slowest, fastest] = std::minmax_element(rates.begin(), rates.end());
  RateSummary summary{.median = median(rates), .slowest = *slowest, .fastest = *fastest, .rounds = {}};
  summary.rounds = std::move(rates);
  return summary;
}

Json to_json(const RateSummary& summary) {
  return {{"jets_per_second", summary.median},
          {"slowest", summary.slowest},
          {"fastest", summary.fastest},
          {"rounds", summary.rounds}};
}

}  // namespace jetvit
