#include "report/jet_pictures.h"

#include <array>

#include "base/text.h"
#include "jet/mean_images.h"
#include "report/image_panels.h"
#include "report/jet_spectra.h"
#include "report/plots.h"

namespace jetvit {
namespace {

constexpr std::string_view kJets = "jets.png";

ChannelImage dense(const SparseImages& images, std::size_t jet, int channel) {
  ChannelImage out(static_cast<std::size_t>(images.shape.pixels()), 0);
  const SparseChannel pixels = images.channel(jet, channel);
  for (std::size_t index = 0; index < pixels.pixel.size(); ++index) out[pixels.pixel[index]] = pixels.value[index];
  return out;
}

constexpr std::size_t kJetsOfClass = 2;

// Class after class.
std::vector<std::size_t> first_jets(const JetRecords& jets) {
  std::vector<std::size_t> chosen;
  for (const int label : {0, 1}) {
    std::size_t found = 0;
    for (std::size_t jet = 0; jet < jets.size() && found < kJetsOfClass; ++jet) {
      if (jets.label[jet] != label) continue;
      chosen.push_back(jet);
      ++found;
    }
  }
  return chosen;
}

void draw_jets(const JetRecords& jets, const std::vector<Channel>& channels, const std::filesystem::path& path) {
  const std::vector<std::size_t> chosen = first_jets(jets);
  if (chosen.empty()) return;
  const PanelLayout layout(channels.size());
  draw_png(path, layout.width(), layout.height(chosen.size()), [&](Canvas& canvas) {
    for (std::size_t group = 0; group < chosen.size(); ++group) {
      for (std::size_t channel = 0; channel < channels.size(); ++channel) {
        const ChannelImage image = dense(jets.images, chosen[group], static_cast<int>(channel));
        draw_panel(canvas, layout.x(channel), layout.y(group, channel), image, jets.images.shape,
                   text("jet ", chosen[group], " (y = ", static_cast<int>(jets.label[chosen[group]]),
                        "): ", channels[channel].name),
                   channels[channel].unit, ColorScale(image, channels[channel].is_signed));
      }
    }
  });
}

void draw_averages(const JetRecords& jets, const std::vector<Channel>& channels, const std::filesystem::path& path) {
  std::array<MeanImages, 2> means = {MeanImages(jets.images.shape), MeanImages(jets.images.shape)};
  for (std::size_t jet = 0; jet < jets.size(); ++jet) means[jets.label[jet]].add(jets.images, jet);
  draw_mean_images(path, channels, jets.images.shape, means, {"mean of y = 0", "mean of y = 1", "(y = 1) − (y = 0)"});
}

// By class.
void draw_spectrum(const Spectrum& spectrum, const std::filesystem::path& stem) {
  std::vector<NamedValues> samples;
  for (std::size_t label = 0; label < spectrum.values.size(); ++label) {
    if (!spectrum.values[label].empty()) samples.push_back({text("y = ", label), spectrum.values[label]});
  }
  if (!samples.empty()) plot_histograms(stem, spectrum.title, samples);
}

}  // namespace

void draw_pictures(const JetRecords& jets, const std::vector<Channel>& channels, const std::filesystem::path& folder) {
  draw_jets(jets, channels, folder / kJets);
  draw_averages(jets, channels, folder / kAverages);
  JetSpectra spectra(channels);
  spectra.add(jets);
  for (const Spectrum& spectrum : spectra.spectra()) draw_spectrum(spectrum, folder / spectrum.file_name());
}

bool is_jet_picture(const std::filesystem::path& name) {
  if (name.has_parent_path()) return false;
  const std::string& word = name.native();
  const bool is_png = name.extension() == ".png";
  return word == kJets || word == kAverages ||
         (word.starts_with(kSpectrumStart) && (is_png || name.extension() == ".svg"));
}

}  // namespace jetvit
