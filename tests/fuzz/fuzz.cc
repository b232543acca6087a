#include "fuzz/fuzz.h"

#include <cstring>
#include <span>
#include <stdexcept>

#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "tfrecord/tf_record.h"

namespace jetvit::fuzz {
namespace {

// CRC-32 as used by PNG (ISO 3309). Computed bit by bit, because inputs are small.
std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xffffffff;
  for (const char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

std::uint32_t masked(std::string_view bytes) {
  return masked_crc32c(std::as_bytes(std::span(bytes)));
}

}  // namespace

MemoryFile::MemoryFile() : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::runtime_error("memfd_create failed");
  path_ = text("/proc/self/fd/", descriptor_);
}

const std::filesystem::path& MemoryFile::write(std::string_view bytes) {
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, bytes.data(), bytes.size(), 0) != std::ssize(bytes)) {
    throw std::runtime_error("the file in memory cannot be written");
  }
  return path_;
}

std::string with_record_checksums(std::string_view file) {
  std::string out(file);
  constexpr std::size_t kHeader = 12;  // length with checksum
  std::size_t offset = 0;
  while (out.size() - offset >= kHeader) {
    std::uint64_t size = 0;
    std::memcpy(&size, out.data() + offset, sizeof size);
    const std::uint32_t of_size = masked(std::string_view(out).substr(offset, sizeof size));
    std::memcpy(out.data() + offset + sizeof size, &of_size, sizeof of_size);
    offset += kHeader;
    if (size > out.size() - offset || out.size() - offset - size < sizeof of_size) break;
    const std::uint32_t of_data = masked(std::string_view(out).substr(offset, size));
    std::memcpy(out.data() + offset + size, &of_data, sizeof of_data);
    offset += size + sizeof of_data;
  }
  return out;
}

std::string with_chunk_checksums(std::string_view file) {
  std::string out(file);
  constexpr std::size_t kSignature = 8;
  constexpr std::size_t kAround = 12;  // length, type and checksum of a chunk
  std::size_t offset = kSignature;
  while (out.size() >= offset + kAround) {
    std::size_t size = 0;
    for (std::size_t byte = 0; byte < 4; ++byte) size = size << 8 | static_cast<std::uint8_t>(out[offset + byte]);
    if (size > out.size() - offset - kAround) break;
    const std::uint32_t crc = crc32(std::string_view(out).substr(offset + 4, 4 + size));
    for (std::size_t byte = 0; byte < 4; ++byte) {
      out[offset + 8 + size + byte] = static_cast<char>(crc >> (24 - 8 * byte));
    }
    offset += kAround + size;
  }
  return out;
}

}  // namespace jetvit::fuzz
