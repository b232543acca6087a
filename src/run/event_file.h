#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace jetvit {

// The bytes of a TensorBoard event file: TFRecords that contain tensorflow.Event messages.

// The first record of every event file. wall_time: seconds since 1970.
std::string event_file_header(double wall_time);

// One event with a scalar for each (tag, value).
std::string scalar_event(double wall_time, std::int64_t step,
                         const std::vector<std::pair<std::string, double>>& scalars);

}  // namespace jetvit
