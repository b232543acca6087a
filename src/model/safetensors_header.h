#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <c10/core/ScalarType.h>

namespace jetvit {

// Where one tensor of a safetensors file lies: bytes [begin, end) behind the header.
struct TensorPlace {
  std::string name;
  at::ScalarType type = at::kFloat;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorPlace> places;  // in the order of their bytes
  std::map<std::string, std::string> metadata;
};

inline constexpr std::uint64_t kSafetensorsHeaderLimit = 16 << 20;  // bytes

// Reads a header of foreign origin in one pass that keeps nothing but what the format knows: at most 65,536 tensors of
// rank 8, names of 1,024 bytes, no key twice, shapes whose size in bytes fits, and offsets without holes or overlap
// that cover the `data_size` bytes behind the header. Throws Error beginning with `where`.
SafetensorsHeader parse_safetensors_header(const std::string& document, std::uint64_t data_size,
                                           const std::string& where);

// "F32" and so on; nullptr for a type without a name in the format.
const char* safetensors_type_name(at::ScalarType type);

}  // namespace jetvit
