#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

struct RocPoint {
  double signal_efficiency = 0;      // eS: weighted fraction of the signal at or above the threshold
  double background_efficiency = 0;  // eB: the same for the background
  double threshold = 0;
  double background_squares = 0;  // fraction of the squared weights of the background, for the error of eB
};

// The ROC curve from (0, 0) to (1, 1), one point per distinct score. With negative weights the efficiencies may
// decrease from one point to the next. Throws like roc_auc().
std::vector<RocPoint> roc_curve(std::span<const double> score, std::span<const std::uint8_t> label,
                                std::span<const double> weight = {});

struct WorkingPoint {
  double signal_efficiency = 0;  // as requested
  double rejection = 0;          // 1 / eB; infinite if no background passes
  double error = 0;              // from the error of eB at this threshold; infinite if no background passes
  double lower_limit = 0;  // of the rejection at 95 % confidence if at most one background jet passes; otherwise 0
  double threshold = 0;
};

// Background rejection where the curve of roc_curve() first reaches a given signal efficiency (0 to 1), by linear
// interpolation. If none of n background jets passes, the expected number is below -ln(0.05) = 3.0 at 95 % confidence
// (Poisson), and the rejection above n / 3.0. If one passes (fewer than 1.5 between two points of the curve), it is
// below 4.74 (the solution of exp(-m) (1 + m) = 0.05). background_jets: n; with weights the effective number of
// WeightSums.
WorkingPoint working_point(const std::vector<RocPoint>& curve, double signal_efficiency, double background_jets);

}  // namespace jetvit
