#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <c10/core/ScalarType.h>

namespace jetvit {

// The position of one tensor in a safetensors file: bytes [begin, end) after the header.
struct TensorEntry {
  std::string name;
  at::ScalarType type = at::kFloat;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  // in the order of their bytes
  std::map<std::string, std::string> metadata;
};

inline constexpr std::uint64_t kSafetensorsHeaderLimit = 16 << 20;  // bytes

// Parses an untrusted header in one pass and checks it: at most 65,536 tensors of rank 8, names of at most 1,024 bytes,
// no duplicate keys, shapes whose size in bytes does not overflow, and offsets that cover the `data_size` bytes after
// the header without gaps or overlap. Throws Error that begins with `where`.
SafetensorsHeader parse_safetensors_header(const std::string& document, std::uint64_t data_size,
                                           const std::string& where);

// "F32" and so on; nullptr for a type without a name in the format.
const char* safetensors_type_name(at::ScalarType type);

}  // namespace jetvit
