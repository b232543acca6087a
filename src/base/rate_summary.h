#pragma once

#include <vector>

#include "base/options.h"

namespace jetvit {

// How long something is measured.
struct BenchTime {
  double seconds = 1;  // of a round, approximately
  int rounds = 5;      // that are timed, after one that is not
};

// Of at least one value; of an even number the mean of the two in the middle.
double median(std::vector<double> values);

// {"jets_per_second" (median), "slowest", "fastest", "rounds" (in order)} of rates; at least one.
Json rate_summary(std::vector<double> rates);

}  // namespace jetvit
