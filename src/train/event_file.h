#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jetvit {

// The bytes of a TensorBoard event file. A file is a sequence of TFRecords:
//   u64 length | u32 masked CRC32C of the length | data | u32 masked CRC32C of the data     (little endian)
// whose data is a tensorflow.Event message in the protobuf wire format.

// CRC32C, rotated right by 15 bits plus 0xa282ead8: TFRecord's mask, so that the CRC of data holding CRCs stays good.
std::uint32_t masked_crc32c(std::span<const std::byte> bytes);

// One framed record.
std::string tf_record(std::string_view data);

// The record that every event file begins with. wall_time: seconds since 1970.
std::string event_file_header(double wall_time);

// One event with a scalar for each (tag, value).
std::string scalar_event(double wall_time, std::int64_t step,
                         const std::vector<std::pair<std::string, double>>& scalars);

}  // namespace jetvit
