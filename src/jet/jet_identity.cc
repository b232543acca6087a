#include "jet/jet_identity.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "base/digest.h"
#include "jet/jet_records.h"

namespace jetvit {
namespace {

template <class Value>
void add(Sha256& digest, std::span<const Value> values) {
  digest.add(std::as_bytes(values));
}

JetIdentity identity_of(const SparseImages& images, std::size_t jet, Sha256& digest, std::vector<std::uint32_t>& head) {
  const ImageShape& shape = images.shape;
  const auto channels = static_cast<std::size_t>(shape.channels);
  const std::span offset = std::span(images.offset).subspan(jet * channels, channels + 1);
  const std::size_t begin = offset.front();
  const std::size_t pixels = offset.back() - begin;
  if (pixels == 0) return {};
  head = {static_cast<std::uint32_t>(shape.channels), static_cast<std::uint32_t>(shape.height),
          static_cast<std::uint32_t>(shape.width)};
  for (std::size_t channel = 0; channel < channels; ++channel) {
    head.push_back(static_cast<std::uint32_t>(offset[channel + 1] - offset[channel]));
  }
  add(digest, std::span<const std::uint32_t>(head));
  add(digest, std::span(images.pixel).subspan(begin, pixels));
  add(digest, std::span(images.value).subspan(begin, pixels));
  const std::array<std::byte, 32> whole = digest.finish();
  JetIdentity identity;
  std::copy_n(whole.begin(), identity.bytes.size(), identity.bytes.begin());
  return identity;
}

}  // namespace

bool JetIdentity::operator<(const JetIdentity& other) const {
  return std::memcmp(bytes.data(), other.bytes.data(), bytes.size()) < 0;
}

std::uint64_t JetIdentity::key() const {
  std::uint64_t key = 0;
  std::memcpy(&key, bytes.data(), sizeof(key));
  return key;
}

std::string JetIdentity::text() const {
  return hexadecimal(bytes);
}

std::optional<JetIdentity> identity_from_text(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  JetIdentity identity;
  if (text.size() != 2 * identity.bytes.size()) return std::nullopt;
  for (std::size_t digit = 0; digit < text.size(); ++digit) {
    const std::size_t value = kDigits.find(text[digit]);
    if (value == std::string_view::npos) return std::nullopt;
    std::byte& byte = identity.bytes[digit / 2];
    byte = byte << 4 | static_cast<std::byte>(value);
  }
  return identity;
}

void identify(JetRecords& jets) {
  jets.identity.resize(jets.size());
  Sha256 digest;
  std::vector<std::uint32_t> head;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    if (!jets.identity[jet].is_known()) jets.identity[jet] = identity_of(jets.images, jet, digest, head);
  }
}

}  // namespace jetvit
