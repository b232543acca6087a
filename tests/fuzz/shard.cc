// Shards of jet stores with a correct digest: Arrow's reader and our checks of its output.
#include "store/shard.h"

#include "base/error.h"
#include "fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetvit;
  try {
    decode_shard(std::as_bytes(std::span(data, size)), {2, 5, 5}, {"pt", "m0"}, "fuzz");
  } catch (const Error&) {
  }
  return 0;
}
