#include "base/rate_summary.h"

#include <algorithm>
#include <utility>

namespace jetvit {

Json rate_summary(std::vector<double> rates) {
  Json rounds = rates;
  std::sort(rates.begin(), rates.end());
  const std::size_t half = rates.size() / 2;
  const double median = rates.size() % 2 == 1 ? rates[half] : (rates[half - 1] + rates[half]) / 2;
  return {{"jets_per_second", median},
          {"slowest", rates.front()},
          {"fastest", rates.back()},
          {"rounds", std::move(rounds)}};
}

}  // namespace jetvit
