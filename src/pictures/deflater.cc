#include "pictures/deflater.h"

#include <cstdint>

#include <isa-l/igzip_lib.h>

#include "base/error.h"

namespace jetvit {

std::string_view Deflater::deflate(std::string_view bytes, Form form) {
  deflated_.resize(bytes.size() + bytes.size() / 8 + 1024);
  isal_zstream stream;
  isal_deflate_stateless_init(&stream);
  // Level 1 of isa-l 2.30 occasionally gives different bytes for the same input, even on one thread.
  stream.level = 0;
  stream.gzip_flag = form == Form::kZlib ? IGZIP_ZLIB : IGZIP_DEFLATE;
  stream.end_of_stream = form == Form::kZlib ? 1 : 0;
  stream.flush = form == Form::kZlib ? NO_FLUSH : FULL_FLUSH;
  // isa-l only reads this argument, although it is not const.
  stream.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(bytes.data()));
  stream.avail_in = static_cast<std::uint32_t>(bytes.size());
  stream.next_out = reinterpret_cast<std::uint8_t*>(deflated_.data());
  stream.avail_out = static_cast<std::uint32_t>(deflated_.size());
  if (isal_deflate_stateless(&stream) != COMP_OK) throw Error("a picture or record could not be compressed");
  return {deflated_.data(), stream.total_out};
}

}  // namespace jetvit
