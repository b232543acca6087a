#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace jetvit {

// Decompresses the pages of one codec.
class Decompressor {
 public:
  // `codec` is the number in parquet.thrift (enum CompressionCodec). Throws Error if it is not supported.
  explicit Decompressor(int codec);
  ~Decompressor();
  Decompressor(Decompressor&&) noexcept;
  Decompressor& operator=(Decompressor&&) noexcept;

  int codec() const { return codec_; }
  bool is_identity() const { return !codec_impl_; }
  // Fills `out` exactly. Throws Error if the data are damaged or have another size.
  void decompress(std::span<const std::byte> bytes, std::span<std::byte> out) const;

 private:
  struct Impl;
  int codec_;
  std::unique_ptr<Impl> codec_impl_;
};

}  // namespace jetvit
