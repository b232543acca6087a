#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "jet/mean_images.h"
#include "report/jet_spectra.h"

namespace jetvit {

// One of two data sets to compare.
struct PicturedSet {
  std::string name;
  MeanImages means;
  JetSpectra spectra;
};

// Compares two data sets with the same channels and shape by pictures in `folder`: their average images and the
// difference second - first (averages.png), and for every quantity that both have, its two spectra over the jets of
// both classes with their ratio (spectrum_<name>.png, .svg). Throws Error.
void draw_comparison(const std::array<PicturedSet, 2>& sets, const std::vector<Channel>& channels,
                     const ImageShape& shape, const std::filesystem::path& folder);

}  // namespace jetvit
