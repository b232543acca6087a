#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

struct RocPoint {
  double signal_efficiency = 0;      // eS: fraction of the signal at or above the threshold
  double background_efficiency = 0;  // eB: the same for the background
  double threshold = 0;
};

// The ROC curve from (0, 0) to (1, 1), one point per distinct score. Throws like roc_auc().
std::vector<RocPoint> roc_curve(std::span<const double> score, std::span<const std::uint8_t> label);

struct WorkingPoint {
  double signal_efficiency = 0;  // as requested
  double rejection = 0;          // 1 / eB; infinite if no background jet passes
  double error = 0;              // from the binomial error of eB; infinite if no background jet passes
  double lower_limit = 0;  // of the rejection at 95 % confidence if at most one background jet passes; otherwise 0
  double threshold = 0;
};

// Background rejection at a given signal efficiency (0 to 1), by linear interpolation of the output of roc_curve(). If
// none of n background jets passes, the expected number is below -ln(0.05) = 3.0 at 95 % confidence (Poisson), and the
// rejection above n / 3.0. If one passes (fewer than 1.5 between two points of the curve), it is below 4.74 (the
// solution of exp(-m) (1 + m) = 0.05).
WorkingPoint working_point(const std::vector<RocPoint>& curve, double signal_efficiency, std::size_t background_jets);

}  // namespace jetvit
