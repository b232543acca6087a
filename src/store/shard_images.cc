#include "store/shard_images.h"

#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

void ShardImages::add(InputFile&& file, const ImagePlaces& places) {
  const auto number = static_cast<std::uint32_t>(files_.size());
  const auto channels = static_cast<std::size_t>(shape_.channels);
  for (std::size_t jet = 0; jet < places.pixel.size(); ++jet) {
    std::uint32_t pixels = 0;
    for (std::size_t channel = 0; channel < channels; ++channel) pixels += places.counts[jet * channels + channel];
    places_.push_back({places.pixel[jet], places.value[jet], number, pixels});
  }
  counts_.insert(counts_.end(), places.counts.begin(), places.counts.end());
  files_.push_back(std::move(file));
}

void ShardImages::read(std::span<const std::size_t> jets, SparseImages& images) const {
  images.shape = shape_;
  images.offset.resize(1);
  const auto channels = static_cast<std::size_t>(shape_.channels);
  std::size_t total = 0;
  for (const std::size_t jet : jets) {
    for (std::size_t channel = 0; channel < channels; ++channel) {
      total += counts_[jet * channels + channel];
      images.offset.push_back(total);
    }
  }
  images.pixel.resize(total);
  images.value.resize(total);
  std::size_t first = 0;
  for (const std::size_t jet : jets) {
    const Place& place = places_[jet];
    const InputFile& file = files_[place.file];
    const std::span pixel(images.pixel.data() + first, place.pixels);
    const std::span value(images.value.data() + first, place.pixels);
    first += place.pixels;
    if (place.pixels == 0) continue;
    file.read(place.pixel, std::as_writable_bytes(pixel));
    file.read(place.value, std::as_writable_bytes(value));
    try {
      check_pixels(pixel, value, shape_, static_cast<std::int64_t>(jet));
    } catch (const Error& error) {
      throw Error(text(file.path(), ": was changed while it was in use (", error.what(), ")"));
    }
  }
}

void ShardImages::prefetch(std::span<const std::size_t> jets) const {
  for (const std::size_t jet : jets) {
    const Place& place = places_[jet];
    if (place.pixels == 0) continue;
    files_[place.file].prefetch(place.pixel, place.pixels * sizeof(std::uint16_t));
    files_[place.file].prefetch(place.value, place.pixels * sizeof(float));
  }
}

}  // namespace jetvit
