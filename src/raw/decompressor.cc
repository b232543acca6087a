#include "raw/decompressor.h"

#include <array>

#include <arrow/util/compression.h>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

struct Decompressor::Impl {
  std::unique_ptr<arrow::util::Codec> codec;
};

Decompressor::Decompressor(int codec) : codec_(codec) {
  using Kind = arrow::Compression;
  constexpr std::array kKinds = {Kind::UNCOMPRESSED, Kind::SNAPPY,     Kind::GZIP, Kind::LZO,
                                 Kind::BROTLI,       Kind::LZ4_HADOOP, Kind::ZSTD, Kind::LZ4};
  if (codec < 0 || codec >= std::ssize(kKinds)) {
    throw Error(text("a column has unknown compression ", codec));
  }
  const auto kind = kKinds[static_cast<std::size_t>(codec)];
  if (kind == Kind::UNCOMPRESSED) return;
  auto made = arrow::util::Codec::Create(kind);
  if (!made.ok()) throw Error(text("the compression of a column is not supported (", made.status().ToString(), ")"));
  codec_impl_ = std::make_unique<Impl>(Impl{std::move(*made)});
}

Decompressor::~Decompressor() = default;
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;

void Decompressor::decompress(std::span<const std::byte> bytes, std::span<std::byte> out) const {
  const auto size = codec_impl_->codec->Decompress(
      static_cast<std::int64_t>(bytes.size()), reinterpret_cast<const std::uint8_t*>(bytes.data()),
      static_cast<std::int64_t>(out.size()), reinterpret_cast<std::uint8_t*>(out.data()));
  if (!size.ok()) throw Error(text("a page cannot be decompressed (", printable(size.status().ToString()), ")"));
  if (static_cast<std::size_t>(*size) != out.size())
    throw Error("a page does not decompress to the size that it states");
}

}  // namespace jetvit
