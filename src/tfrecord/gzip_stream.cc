#include "tfrecord/gzip_stream.h"

#include <isa-l/crc.h>

namespace jetvit {
namespace {

void append_little_endian(std::string& out, std::uint32_t value) {
  for (const int shift : {0, 8, 16, 24}) out.push_back(static_cast<char>(value >> shift));
}

}  // namespace

std::string GzipStream::begin() const {
  return {"\x1f\x8b\x08\0\0\0\0\0\0\xff", 10};  // RFC 1952: deflate, no name, no time, unknown system
}

void GzipStream::add(std::string_view part) {
  crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  size_ += static_cast<std::uint32_t>(part.size());
}

std::string GzipStream::end() const {
  std::string end("\x03\0", 2);  // an empty last block
  append_little_endian(end, crc_);
  append_little_endian(end, size_);
  return end;
}

}  // namespace jetvit
