#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetvit {

struct RocPoint {
  double signal_efficiency = 0;      // eS: share of signal at or above the threshold
  double background_efficiency = 0;  // eB
  double threshold = 0;
};

// The ROC curve from (0, 0) to (1, 1), one point per distinct score. Throws as roc_auc.
std::vector<RocPoint> roc_curve(std::span<const double> score, std::span<const std::uint8_t> label);

struct WorkingPoint {
  double signal_efficiency = 0;  // as asked
  double rejection = 0;          // 1 / eB; infinite where no background jet passes
  double error = 0;              // from the binomial error of eB; infinite where no background jet passes
  double lower_limit = 0;        // where none passes: of the rejection, at 95 % confidence; otherwise 0
  double threshold = 0;
};

// Background rejection at a given signal efficiency (0 to 1), the curve of roc_curve interpolated linearly. Where none
// of n background jets passes, fewer than -ln(0.05) = 3.0 are expected to, at 95 % confidence (Poisson): the rejection
// is above n / 3.0.
WorkingPoint working_point(const std::vector<RocPoint>& curve, double signal_efficiency, std::size_t background_jets);

}  // namespace jetvit
