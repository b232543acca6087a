#pragma once

#include <cstdint>
#include <vector>

#include "base/file.h"
#include "jet/stored_images.h"
#include "store/shard.h"

namespace jetvit {

// The images of the jets of shards, which stay open. 8 kB of pixels take about 50 bytes of memory here.
class ShardImages : public StoredImages {
 public:
  explicit ShardImages(const ImageShape& shape) : shape_(shape) {}

  // Adds the jets of a shard. Throws Error if the process may not have so many open files.
  void add(InputFile&& file, const ImagePlaces& places);

  void read(std::span<const std::size_t> jets, SparseImages& images) const override;
  void prefetch(std::span<const std::size_t> jets) const override;

 private:
  struct Place {
    std::uint64_t pixel, value;  // bytes from the begin of the file
    std::uint32_t file;
    std::uint32_t pixels;  // of all channels
  };

  ImageShape shape_;
  std::vector<InputFile> files_;
  std::vector<Place> places_;          // of each jet
  std::vector<std::uint32_t> counts_;  // of each jet and channel
};

}  // namespace jetvit
