#include "base/checksum.h"

#include <isa-l/crc64.h>

namespace jetvit {

void Checksum::add(std::span<const std::byte> bytes) {
  state_ = ::crc64_ecma_refl(state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string Checksum::hex() const {
  std::string out(16, '0');
  for (std::size_t digit = 0; digit < out.size(); ++digit)
    out[digit] = "0123456789abcdef"[state_ >> (60 - 4 * digit) & 15];
  return out;
}

}  // namespace jetvit
