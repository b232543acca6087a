#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jetvit {

// The header and trailer of a gzip file whose parts are compressed independently (Deflater::Form::kPart) by several
// threads.
class GzipStream {
 public:
  std::string begin() const;        // the header
  void add(std::string_view part);  // adds an uncompressed part to the checksum and size
  std::string end() const;          // the last block, checksum and size

 private:
  std::uint32_t crc_ = 0;
  std::uint32_t size_ = 0;  // modulo 2^32, as gzip defines it
};

}  // namespace jetvit
