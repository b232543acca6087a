#include "report/jet_pictures.h"

#include <utility>

#include "base/text.h"
#include "report/image_panels.h"
#include "report/plots.h"

namespace jetvit {
namespace {

constexpr std::string_view kJets = "jets.png";
constexpr std::size_t kExamples = 2;  // of each class

ChannelImage dense(const SparseImages& images, std::size_t jet, int channel) {
  ChannelImage out(static_cast<std::size_t>(images.shape.pixels()), 0);
  const SparseChannel pixels = images.channel(jet, channel);
  for (std::size_t index = 0; index < pixels.pixel.size(); ++index) out[pixels.pixel[index]] = pixels.value[index];
  return out;
}

// Draws the spectrum of each class.
void draw_spectrum(const Spectrum& spectrum, const ClassNames& names, const std::filesystem::path& stem) {
  std::vector<NamedValues> samples;
  for (std::size_t label = 0; label < spectrum.values.size(); ++label) {
    if (!spectrum.values[label].empty()) {
      samples.push_back({class_name(names, static_cast<int>(label)), spectrum.values[label], spectrum.weights[label]});
    }
  }
  if (!samples.empty()) plot_histograms(stem, spectrum.title, samples);
}

}  // namespace

JetPictures::JetPictures(const ImageShape& shape, std::vector<Channel> channels, ClassNames names)
    : shape_(shape),
      channels_(std::move(channels)),
      names_(std::move(names)),
      means_{MeanImages(shape), MeanImages(shape)},
      spectra_(channels_, {.by_class = true}) {}

void JetPictures::add(const JetRecords& jets) {
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    means_[jets.label[jet]].add(jets.images, jet, jets.weight[jet]);
    std::vector<Example>& examples = examples_[jets.label[jet]];
    if (examples.size() == kExamples) continue;
    Example& example = examples.emplace_back(Example{spectra_.jets() + jet, {}});
    for (int channel = 0; channel < shape_.channels; ++channel) {
      example.channels.push_back(dense(jets.images, jet, channel));
    }
  }
  spectra_.add(jets);
}

// Draws the examples of class 0, then those of class 1.
void JetPictures::draw_examples(const std::filesystem::path& path) const {
  const std::size_t count = examples_[0].size() + examples_[1].size();
  if (count == 0) return;
  const PanelLayout layout(channels_.size());
  draw_png(path, layout.width(), layout.height(count), [&](Canvas& canvas) {
    std::size_t group = 0;
    for (const std::size_t label : {0U, 1U}) {
      for (const Example& example : examples_[label]) {
        for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
          const ChannelImage& image = example.channels[channel];
          draw_panel(canvas, layout.x(channel), layout.y(group, channel), image, shape_,
                     text("jet ", example.number, " (", class_name(names_, static_cast<int>(label)),
                          "): ", channels_[channel].name),
                     channels_[channel].unit, ColorScale(image, channels_[channel].is_signed));
        }
        ++group;
      }
    }
  });
}

void JetPictures::draw(const std::filesystem::path& folder) const {
  draw_examples(folder / kJets);
  draw_mean_images(folder / kAverages, channels_, shape_, means_,
                   {text("mean of ", class_name(names_, 0)), text("mean of ", class_name(names_, 1)),
                    text(class_name(names_, 1), " − ", class_name(names_, 0))});
  for (const Spectrum& spectrum : spectra_.spectra()) draw_spectrum(spectrum, names_, folder / spectrum.file_name());
}

bool is_jet_picture(const std::filesystem::path& name) {
  if (name.has_parent_path()) return false;
  const std::string& word = name.native();
  const bool is_png = name.extension() == ".png";
  return word == kJets || word == kAverages ||
         (word.starts_with(kSpectrumStart) && (is_png || name.extension() == ".svg"));
}

}  // namespace jetvit
