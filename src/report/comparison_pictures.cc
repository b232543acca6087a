#include "report/comparison_pictures.h"

#include <algorithm>

#include "base/text.h"
#include "report/image_panels.h"

namespace jetvit {
namespace {

std::vector<double> joined(const std::array<std::vector<double>, 2>& of_class) {
  std::vector<double> values = of_class[0];
  values.insert(values.end(), of_class[1].begin(), of_class[1].end());
  return values;
}

}  // namespace

void draw_comparison(const std::array<PicturedSet, 2>& sets, const std::vector<Channel>& channels,
                     const ImageShape& shape, const std::filesystem::path& folder) {
  const std::array<std::string, 2> names = {text("first: ", sets[0].name), text("second: ", sets[1].name)};
  draw_mean_images(folder / kAverages, channels, shape, {sets[0].means, sets[1].means},
                   {"mean of first", "mean of second", "second − first"}, {names[0], names[1]});
  const std::vector<Spectrum>& others = sets[1].spectra.spectra();
  for (const Spectrum& spectrum : sets[0].spectra.spectra()) {
    const auto other = std::find_if(others.begin(), others.end(),
                                    [&](const Spectrum& candidate) { return candidate.name == spectrum.name; });
    if (other == others.end()) continue;
    const NamedValues first{names[0], joined(spectrum.values), joined(spectrum.weights)};
    const NamedValues second{names[1], joined(other->values), joined(other->weights)};
    if (first.values.empty() && second.values.empty()) continue;
    plot_comparison(folder / spectrum.file_name(), spectrum.title, first, second);
  }
}

}  // namespace jetvit
