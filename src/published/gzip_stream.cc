#include "published/gzip_stream.h"

#include <vector>

#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

#include "base/error.h"

namespace jetvit {
namespace {

constexpr int kLevel = 1;

void append_u32(std::string& out, std::uint32_t value) {
  for (const int shift : {0, 8, 16, 24}) out.push_back(static_cast<char>(value >> shift));
}

}  // namespace

std::string deflate_part(std::string_view part) {
  std::vector<std::uint8_t> level(ISAL_DEF_LVL1_DEFAULT);
  std::string out(part.size() + part.size() / 8 + 1024, '\0');
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  stream.level = kLevel;
  stream.level_buf = level.data();
  stream.level_buf_size = static_cast<std::uint32_t>(level.size());
  stream.gzip_flag = IGZIP_DEFLATE;
  stream.end_of_stream = 0;
  stream.flush = FULL_FLUSH;
  // isa-l's argument is not const but only read.
  stream.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(part.data()));
  stream.avail_in = static_cast<std::uint32_t>(part.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
  stream.avail_out = static_cast<std::uint32_t>(out.size());
  if (isal_deflate_stateless(&stream) != COMP_OK) throw Error("a record could not be compressed");
  out.resize(stream.total_out);
  return out;
}

std::string GzipStream::begin() const {
  return {"\x1f\x8b\x08\0\0\0\0\0\0\xff", 10};  // RFC 1952: deflate, no name, no time, unknown system
}

void GzipStream::add(std::string_view part) {
  crc_ = crc32_gzip_refl(crc_, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  size_ += static_cast<std::uint32_t>(part.size());
}

std::string GzipStream::end() const {
  std::string end("\x03\0", 2);  // an empty last block
  append_u32(end, crc_);
  append_u32(end, size_);
  return end;
}

}  // namespace jetvit
