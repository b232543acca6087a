#pragma once

#include <filesystem>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Pictures of a data set into `folder`: the first two jets of each class (jets.png), the average image of each class
// and their difference (averages.png), one panel a channel with its colour bar, axes in eta and phi relative to the
// centre; and spectra by class (spectrum_<name>.png, .svg): of the observers, and of the occupied pixels and the sum of
// each channel, or the pixel values of signed ones.
void draw_pictures(const JetRecords& jets, const std::vector<Channel>& channels, const std::filesystem::path& folder);

// Whether a picture of a data set, or of two that are compared, has this name (without folder).
bool is_jet_picture(const std::filesystem::path& name);

}  // namespace jetvit
