// PNGs.
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "pictures/picture_decoder.h"

namespace {

void decode(std::string_view bytes) {
  using namespace jetvit;
  static PictureDecoder decoder;  // kept as in readers, so that one picture could affect the next
  Picture picture;
  try {
    decoder.decode(bytes, picture);
  } catch (const Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = jetvit::fuzz::as_text(data, size);
  decode(bytes);
  decode(jetvit::fuzz::with_chunk_checksums(bytes));
  return 0;
}
