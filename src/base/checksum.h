#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace jetvit {

// CRC-64/XZ (ECMA-182, reflected) of data that arrives in pieces: finds damage, not intent, at several gigabytes a
// second.
class Checksum {
 public:
  void add(std::span<const std::byte> bytes);
  std::string hex() const;  // 16 lowercase hexadecimal digits

 private:
  std::uint64_t state_ = 0;
};

}  // namespace jetvit
