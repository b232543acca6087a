#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/checksum.h"

namespace jetvit {

// A safetensors file holds its checksum in the metadata of its own header. It is taken of the header, with zeros in
// place of its digits, and of all bytes after it. Files of other programs have none.
inline constexpr const char* kChecksumKey = "jetvit_crc64";
inline constexpr std::string_view kNoDigits = "0000000000000000";

// Where the digits of the checksum `digits` lie in the header; std::string::npos if they do not.
std::size_t place_of_checksum(const std::string& header, const std::string& digits);

// Checks the bytes of a file against the checksum in its header.
class HeaderChecksum {
 public:
  // digits: the entry of the metadata; empty: there is none, and nothing is checked.
  HeaderChecksum(std::string header, std::string digits);

  void add(std::span<const std::byte> bytes);  // what follows the header, in order
  // Throws Error that begins with the path where the file is not what was written.
  void finish(const std::filesystem::path& path) const;

 private:
  std::string expected_;
  Checksum sum_;
};

}  // namespace jetvit
