// safetensors files: 8 bytes of length, the header, the tensors' bytes. Hardly any mutated length fits its file: each
// input is read as it is, and once more with a length that ends the header within it.
#include "model/safetensors.h"

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
    if (size > bytes.size()) std::abort();  // values that the file does not hold
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
  // Where the brace stands that closes the last object, else the end of the input.
  const std::size_t brace = input.rfind('}');
  length = brace == std::string_view::npos || brace < sizeof length ? rest : brace + 1 - sizeof length;
  std::string mended(input);
  std::memcpy(mended.data(), &length, sizeof length);
  read(mended);
  return 0;
}
