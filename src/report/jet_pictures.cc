#include "report/jet_pictures.h"

#include <utility>

#include "base/text.h"
#include "report/image_panels.h"
#include "report/plots.h"

namespace jetvit {
namespace {

constexpr std::size_t kExamples = 3;  // of each class

ChannelImage dense(const SparseImages& images, std::size_t jet, int channel) {
  ChannelImage out(static_cast<std::size_t>(images.shape.pixels()), 0);
  const SparseChannel pixels = images.channel(jet, channel);
  for (std::size_t index = 0; index < pixels.pixel.size(); ++index) out[pixels.pixel[index]] = pixels.value[index];
  return out;
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

JetPictures::JetPictures(const ImageShape& shape, std::vector<Channel> channels)
    : shape_(shape),
      channels_(std::move(channels)),
      means_{MeanImages(shape), MeanImages(shape)},
      spectra_(channels_, {.by_class = true}) {}

void JetPictures::add(const JetRecords& jets) {
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    means_[jets.label[jet]].add(jets.images, jet);
    std::vector<Example>& examples = examples_[jets.label[jet]];
    if (examples.size() == kExamples) continue;
    Example& example = examples.emplace_back(Example{spectra_.jets() + jet, {}});
    for (int channel = 0; channel < shape_.channels; ++channel) {
      example.channels.push_back(dense(jets.images, jet, channel));
    }
  }
  spectra_.add(jets);
}

void JetPictures::draw_examples(std::size_t label, const std::filesystem::path& path) const {
  const std::vector<Example>& examples = examples_[label];
  if (examples.empty()) return;
  const PanelLayout layout(channels_.size());
  draw_png(path, layout.width(), layout.height(examples.size()), [&](Canvas& canvas) {
    for (std::size_t group = 0; group < examples.size(); ++group) {
      for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
        const ChannelImage& image = examples[group].channels[channel];
        draw_panel(canvas, layout.x(channel), layout.y(group, channel), image, shape_,
                   text("jet ", examples[group].number, " (y = ", label, "): ", channels_[channel].name),
                   channels_[channel].unit, ColorScale(image, channels_[channel].is_signed));
      }
    }
  });
}

void JetPictures::draw(const std::filesystem::path& folder) const {
  for (const std::size_t label : {0U, 1U}) draw_examples(label, folder / text("jets_class_", label, ".png"));
  draw_mean_images(folder / "averages.png", channels_, shape_, means_,
                   {"mean of y = 0", "mean of y = 1", "(y = 1) − (y = 0)"});
  for (const Spectrum& spectrum : spectra_.spectra()) draw_spectrum(spectrum, folder / spectrum.file_name());
}

}  // namespace jetvit
