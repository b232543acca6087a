#include "base/header_checksum.h"

#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

std::size_t place_of_checksum(const std::string& header, const std::string& digits) {
  const std::string entry = text("\"", kChecksumKey, "\":\"");
  const std::size_t start = header.find(text(entry, digits, "\""));
  return start == std::string::npos ? start : start + entry.size();
}

HeaderChecksum::HeaderChecksum(std::string header, std::string digits) : expected_(std::move(digits)) {
  if (expected_.empty()) return;
  const std::size_t place = place_of_checksum(header, expected_);
  if (place != std::string::npos) header.replace(place, expected_.size(), kNoDigits);
  add(std::as_bytes(std::span(header)));
}

void HeaderChecksum::add(std::span<const std::byte> bytes) {
  if (!expected_.empty()) sum_.add(bytes);
}

void HeaderChecksum::finish(const std::filesystem::path& path) const {
  if (expected_.empty() || sum_.hex() == expected_) return;
  throw Error(text(path,
                   ": does not match its checksum: the file was damaged, or changed by another program (take a copy of "
                   "it from before; a program that changes tensors has to remove \"",
                   kChecksumKey, "\" from the metadata)"));
}

}  // namespace jetvit
