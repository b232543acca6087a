#pragma once

#include <cstddef>
#include <string>

namespace jetvit {

inline constexpr std::size_t kMostTomlKeys = 4096;
inline constexpr std::size_t kDeepestToml = 32;  // levels of tables and lists, parts of a key

// The parser calls itself for every level and compares every key with those before it: a document is measured before it
// is parsed. Throws UsageError with `name` and the line where it exceeds these limits.
void refuse_excessive_toml(const std::string& document, const std::string& name);

}  // namespace jetvit
