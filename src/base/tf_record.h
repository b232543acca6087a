#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// TFRecord: the framing of TensorFlow's data sets and of TensorBoard's event files. A file is a sequence of
//   u64 length | u32 masked CRC32C of the length | data | u32 masked CRC32C of the data     (little endian).
namespace jetvit {

// CRC32C, rotated right by 15 bits plus 0xa282ead8: TFRecord's mask, so that the CRC of data holding CRCs stays good.
std::uint32_t masked_crc32c(std::span<const std::byte> bytes);

// One framed record. Throws Error for 2 GB and more.
std::string tf_record(std::string_view data);

}  // namespace jetvit
