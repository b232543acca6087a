// Headers of safetensors files: 8 bytes of length, which is cut down to what there is, the header, the tensors' bytes.
#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "fuzz/fuzz.h"
#include "model/safetensors_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetvit;
  std::uint64_t length = 0;
  if (size < sizeof length) return 0;
  std::memcpy(&length, data, sizeof length);
  const std::string_view rest = fuzz::as_text(data, size).substr(sizeof length);
  length = std::min<std::uint64_t>(length, rest.size());
  try {
    parse_safetensors_header(std::string(rest.substr(0, length)), rest.size() - length, "fuzz");
  } catch (const Error&) {
  }
  return 0;
}
