#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// TFRecord: the framing of TensorFlow's data sets and of TensorBoard's event files. A file is a sequence of
//   u64 length | u32 masked CRC32C of the length | data | u32 masked CRC32C of the data     (little endian).
namespace jetvit {

// The masked CRC32C of TFRecord: the CRC is rotated right by 15 bits, then 0xa282ead8 is added. The mask keeps the CRC
// useful for data that contain CRCs. Throws Error for more than 2 GB.
std::uint32_t masked_crc32c(std::span<const std::byte> bytes);

// Frames `data` as one record. Throws Error for 2 GB and more.
std::string tf_record(std::string_view data);

}  // namespace jetvit
