// safetensors files: 8 bytes of length, the header, the bytes of the tensors. Mutated lengths rarely fit the file.
// Therefore each input is read unchanged, and again with a length that ends the header within the file.
#include "model/io/safetensors.h"

#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "fuzz/fuzz.h"

namespace {

void read(std::string_view bytes) {
  static jetvit::fuzz::MemoryFile file;
  try {
    std::size_t size = 0;
    for (const auto& [name, tensor] : jetvit::read_safetensors(file.write(bytes)).tensors) size += tensor.nbytes();
    if (size > bytes.size()) std::abort();  // more values than the file has
  } catch (const jetvit::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetvit;
  const std::string_view input = fuzz::as_text(data, size);
  read(input);
  std::uint64_t length = 0;
  if (size < sizeof length) return 0;
  std::memcpy(&length, data, sizeof length);
  const std::uint64_t rest = size - sizeof length;
  if (length <= rest) return 0;
  // The position after the last closing brace, or the end of the input.
  const std::size_t brace = input.rfind('}');
  length = brace == std::string_view::npos || brace < sizeof length ? rest : brace + 1 - sizeof length;
  std::string corrected(input);
  std::memcpy(corrected.data(), &length, sizeof length);
  read(corrected);
  return 0;
}
