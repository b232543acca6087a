#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "jet/class_names.h"
#include "jet/jet_records.h"
#include "jet/mean_images.h"
#include "report/jet_spectra.h"

namespace jetvit {

// Pictures of a data set of any size, in bounded memory:
//   jets.png                   the first two jets of each class
//   averages.png               the average image of each class and their difference
//   spectrum_<name>.png, .svg  spectra by class
// Images have one panel per channel, with a color bar and axes in eta and phi relative to the center. Spectra are drawn
// of the observers, of the number of occupied pixels of each channel, and of its sum (for signed channels, of its pixel
// values). For a class of more than 100,000 jets they show a subset that is spread evenly over the data set.
class JetPictures {
 public:
  JetPictures(const ImageShape& shape, std::vector<Channel> channels, ClassNames names);

  void add(const JetRecords& jets);
  void draw(const std::filesystem::path& folder) const;

  std::uint64_t jets() const { return spectra_.jets(); }  // all jets added; the averages include all
  std::uint64_t jets_of_spectra() const { return spectra_.sampled(); }

 private:
  // A jet that is drawn individually.
  struct Example {
    std::uint64_t number = 0;  // in the input
    std::vector<ChannelImage> channels;
  };

  void draw_examples(const std::filesystem::path& path) const;

  ImageShape shape_;
  std::vector<Channel> channels_;
  ClassNames names_;
  std::array<std::vector<Example>, 2> examples_;  // by class
  std::array<MeanImages, 2> means_;
  JetSpectra spectra_;
};

// Whether `name` (without folder) is that of a picture of a data set or of a comparison of two.
bool is_jet_picture(const std::filesystem::path& name);

}  // namespace jetvit
