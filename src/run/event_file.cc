#include "run/event_file.h"

#include "base/protobuf.h"
#include "tfrecord/tf_record.h"

namespace jetvit {

// Fields of Event: 1 wall_time, 2 step, 3 file_version, 5 summary.

std::string event_file_header(double wall_time) {
  std::string event;
  protobuf::append_double(event, 1, wall_time);
  protobuf::append_bytes(event, 3, "brain.Event:2");
  return tf_record(event);
}

std::string scalar_event(double wall_time, std::int64_t step,
                         const std::vector<std::pair<std::string, double>>& scalars) {
  std::string summary;
  for (const auto& [tag, value] : scalars) {
    std::string scalar;  // Summary.Value: 1 tag, 2 simple_value
    protobuf::append_bytes(scalar, 1, tag);
    protobuf::append_float(scalar, 2, static_cast<float>(value));
    protobuf::append_bytes(summary, 1, scalar);
  }
  std::string event;
  protobuf::append_double(event, 1, wall_time);
  protobuf::append_unsigned(event, 2, static_cast<std::uint64_t>(step));
  protobuf::append_bytes(event, 5, summary);
  return tf_record(event);
}

}  // namespace jetvit
