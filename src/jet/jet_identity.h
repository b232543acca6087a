#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jetvit {

struct JetRecords;

// Identifies a jet by its image, whatever the file, row, format or compression that it was read from, and whatever its
// label. It is the first 16 bytes of the SHA-256 of these little-endian numbers: channels, height, width (uint32); the
// number of non-zero pixels of each channel (uint32); their indices row * width + column, channel after channel
// (uint16); their values in the same order (float32), as read, before zero suppression.
// An image without pixels identifies no jet: all bytes are 0.
struct JetIdentity {
  std::array<std::byte, 16> bytes{};

  bool is_known() const { return *this != JetIdentity{}; }
  std::uint64_t key()
      const;                 // the first 8 bytes as a number: among a million jets, two share one with probability 3e-8
  std::string text() const;  // 32 lowercase hexadecimal digits
  bool operator==(const JetIdentity&) const = default;
  bool operator<(const JetIdentity& other) const;  // some fixed order
};

// The identity with that text(); no value for any other text.
std::optional<JetIdentity> identity_from_text(std::string_view text);

// Computes the identities of the jets that have none yet.
void identify(JetRecords& jets);

}  // namespace jetvit
