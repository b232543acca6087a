// Untrusted scores, as read by `jetvit evaluate --scores`.
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "predict/scores_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetvit;
  static fuzz::MemoryFile memory;
  try {
    read_scores(memory.write(fuzz::as_text(data, size)));
  } catch (const Error&) {
  }
  return 0;
}
