#pragma once

#include <string>

namespace jetvit {

// Seconds since an arbitrary start, monotonic: for durations.
double monotonic_seconds();

// Seconds since 1970 (UTC).
double wall_seconds();

// Now, as "2026-11-29T13:05:00Z".
std::string utc_now();

}  // namespace jetvit
