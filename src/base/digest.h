#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/file.h"

struct evp_md_ctx_st;  // of OpenSSL

namespace jetvit {

// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void add(std::span<const std::byte> bytes);
  std::string hex();  // 64 lower-case hexadecimal digits; once, at the end

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

// Of the whole at once.
std::string sha256(std::span<const std::byte> bytes);
std::string sha256_of_file(const InputFile& file);
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace jetvit
