#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace jetvit {

// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace jetvit
