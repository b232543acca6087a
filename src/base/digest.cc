#include "base/digest.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <openssl/evp.h>

#include "base/error.h"

namespace jetvit {
Sha256::Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
    throw Error("SHA-256 is unavailable");
  }
}

void Sha256::add(std::span<const std::byte> bytes) {
  EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
}

std::array<std::byte, 32> Sha256::finish() {
  std::array<std::byte, 32> digest{};
  EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  EVP_DigestInit_ex(context_.get(), nullptr, nullptr);  // the same algorithm again
  return digest;
}

std::string Sha256::hex() {
  return hexadecimal(finish());
}

std::string hexadecimal(std::span<const std::byte> bytes) {
  std::string out;
  for (const std::byte byte : bytes) {
    out.push_back("0123456789abcdef"[std::to_integer<int>(byte) >> 4]);
    out.push_back("0123456789abcdef"[std::to_integer<int>(byte) & 15]);
  }
  return out;
}

std::string sha256(std::span<const std::byte> bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.hex();
}

std::string sha256_of_file(const InputFile& file) {
  Sha256 digest;
  std::vector<std::byte> buffer(1 << 20);
  for (std::uint64_t position = 0; position < file.size();) {
    const std::span<std::byte> part(buffer.data(), std::min<std::uint64_t>(buffer.size(), file.size() - position));
    file.read(position, part);
    digest.add(part);
    position += part.size();
  }
  return digest.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  return sha256_of_file(InputFile(path));
}

}  // namespace jetvit
