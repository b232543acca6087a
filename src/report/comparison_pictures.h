#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "jet/mean_images.h"
#include "report/jet_spectra.h"

namespace jetvit {

// What the pictures show of one of two data sets.
struct PicturedSet {
  std::string name;
  MeanImages means;
  JetSpectra spectra;
};

// Pictures of two data sets of the same channels and shape into `folder`: their average images and the difference
// second - first (averages.png), and of every quantity that both have its two spectra, over the jets of both classes,
// with their ratio (spectrum_<name>.png, .svg).
void draw_comparison(const std::array<PicturedSet, 2>& sets, const std::vector<Channel>& channels,
                     const ImageShape& shape, const std::filesystem::path& folder);

}  // namespace jetvit
