#pragma once

#include <vector>

#include "base/options.h"

namespace jetvit {

// Duration of a measurement.
struct BenchTime {
  double seconds = 1;  // of one round, approximately
  int rounds = 5;      // timed rounds, after one untimed round
};

// Rates (jets per second) of the rounds of a measurement.
struct RateSummary {
  double median = 0, slowest = 0, fastest = 0;
  std::vector<double> rounds;  // in order
};

// The median of at least one value: for an even number of values, the mean of the two middle ones.
double median(std::vector<double> values);

// Summarizes the rates (jets per second) of at least one round.
RateSummary rate_summary(std::vector<double> rates);

// {"jets_per_second" (median), "slowest", "fastest", "rounds"}
Json to_json(const RateSummary& summary);

}  // namespace jetvit
