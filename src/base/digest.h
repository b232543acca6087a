#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/file.h"

struct evp_md_ctx_st;  // OpenSSL

namespace jetvit {

// SHA-256 (FIPS 180-4) of data that arrives in pieces. The constructor throws Error if OpenSSL does not provide it.
class Sha256 {
 public:
  Sha256();
  void add(std::span<const std::byte> bytes);
  std::array<std::byte, 32> finish();  // the digest of what was added; the next add() begins other data
  std::string hex();                   // finish(), as 64 lowercase hexadecimal digits

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

// Two lowercase hexadecimal digits per byte.
std::string hexadecimal(std::span<const std::byte> bytes);

// SHA-256 of complete data, as 64 lowercase hexadecimal digits. The file versions throw Error if the file cannot be
// read.
std::string sha256(std::span<const std::byte> bytes);
std::string sha256_of_file(const InputFile& file);
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace jetvit
