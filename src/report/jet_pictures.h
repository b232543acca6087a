#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "jet/jet_records.h"
#include "jet/mean_images.h"
#include "report/jet_spectra.h"

namespace jetvit {

// Pictures of a data set of any size, in bounded memory: the first two jets of each class (jets.png), the
// average image of all jets of each class and their difference (averages.png), one panel a channel with its colour bar,
// axes in eta and phi relative to the centre; and spectra by class (spectrum_<name>.png, .svg): of the
// observers, and of the occupied pixels and the sum of each channel, or the pixel values of signed ones. A class of
// more than 100,000 jets has the spectra of a part of them, which is spread evenly over the whole set.
class JetPictures {
 public:
  JetPictures(const ImageShape& shape, std::vector<Channel> channels);

  void add(const JetRecords& jets);
  void draw(const std::filesystem::path& folder) const;

  std::uint64_t jets() const { return spectra_.jets(); }  // of which the averages are
  std::uint64_t jets_of_spectra() const { return spectra_.sampled(); }

 private:
  // A jet that is shown alone.
  struct Example {
    std::uint64_t number = 0;  // in the input
    std::vector<ChannelImage> channels;
  };

  void draw_examples(const std::filesystem::path& path) const;

  ImageShape shape_;
  std::vector<Channel> channels_;
  std::array<std::vector<Example>, 2> examples_;  // by class
  std::array<MeanImages, 2> means_;
  JetSpectra spectra_;
};

// Whether a picture of a data set, or of two that are compared, has this name (without folder).
bool is_jet_picture(const std::filesystem::path& name);

}  // namespace jetvit
