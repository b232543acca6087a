#include "report/jet_pictures.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/text.h"
#include "report/axes.h"
#include "report/color_scale.h"
#include "report/plots.h"

namespace jetvit {
namespace {

constexpr double kPanel = 190;      // side of an image in points
constexpr double kPanelStep = 300;  // with axes and colour bar
constexpr double kRowStep = 262;

using Image = std::vector<double>;  // row-major

Image dense(const SparseImages& images, std::size_t jet, int channel) {
  Image out(static_cast<std::size_t>(images.shape.pixels()), 0);
  const SparseChannel pixels = images.channel(jet, channel);
  for (std::size_t index = 0; index < pixels.pixel.size(); ++index) out[pixels.pixel[index]] = pixels.value[index];
  return out;
}

Image average(const JetRecords& jets, int label, int channel) {
  Image sum(static_cast<std::size_t>(jets.images.shape.pixels()), 0);
  double count = 0;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    if (jets.label[jet] != label) continue;
    ++count;
    const SparseChannel pixels = jets.images.channel(jet, channel);
    for (std::size_t index = 0; index < pixels.pixel.size(); ++index) sum[pixels.pixel[index]] += pixels.value[index];
  }
  for (double& value : sum) value /= std::max(count, 1.0);
  return sum;
}

void draw_image(Canvas& canvas, double x, double y, const Image& image, const ImageShape& shape,
                const std::string& title, const std::string& unit, bool is_signed) {
  const double eta = kPixelSize * shape.height / 2;
  const double phi = kPixelSize * shape.width / 2;
  Axes axes(canvas, x, y, kPanel, kPanel, {"relative phi", -phi, phi, false}, {"relative eta", -eta, eta, false});
  const ColorScale scale(image, is_signed);
  canvas.rectangle(x, y, kPanel, kPanel, scale.color(0));
  const double side = kPanel / shape.width;
  for (int row = 0; row < shape.height; ++row) {
    for (int column = 0; column < shape.width; ++column) {
      const double value = image[static_cast<std::size_t>(row) * static_cast<std::size_t>(shape.width) +
                                 static_cast<std::size_t>(column)];
      if (value == 0) continue;
      // Row 0 is the smallest eta: at the bottom.
      canvas.rectangle(x + column * side, y + (shape.height - 1 - row) * side, side + 0.2, side + 0.2,
                       scale.color(value));
    }
  }
  canvas.frame(x, y, kPanel, kPanel, {0.2, 0.2, 0.2});
  canvas.label(x + kPanel / 2, y - 6, title, 10, Align::kCenter);
  scale.draw_bar(canvas, x + kPanel + 8, y, kPanel, unit);
}

std::string bar_unit(const Channel& channel) {
  return channel.unit.empty() ? "" : text("[", channel.unit, "]");
}

// Where the panels of a picture lie: one group of panels a jet or kind of average, one panel a channel, folded into
// lines where there are more channels than fit beside each other.
struct Layout {
  std::size_t columns, lines_per_group;

  explicit Layout(std::size_t channels)
      : columns(channels <= 4 ? channels
                              : std::max<std::size_t>(4, static_cast<std::size_t>(std::ceil(std::sqrt(channels))))),
        lines_per_group((channels + columns - 1) / columns) {}

  double width() const { return kPanelStep * static_cast<double>(columns); }
  double height(std::size_t groups) const { return kRowStep * static_cast<double>(groups * lines_per_group) + 10; }
  double x(std::size_t channel) const { return 52 + kPanelStep * static_cast<double>(channel % columns); }
  double y(std::size_t group, std::size_t channel) const {
    const std::size_t line = group * lines_per_group + channel / columns;
    return 26 + kRowStep * static_cast<double>(line);
  }
};

void draw_jets(const JetRecords& jets, const std::vector<Channel>& channels, int label,
               const std::filesystem::path& path) {
  std::vector<std::size_t> chosen;
  for (std::size_t jet = 0; jet < jets.size() && chosen.size() < 3; ++jet) {
    if (jets.label[jet] == label) chosen.push_back(jet);
  }
  if (chosen.empty()) return;
  const Layout layout(channels.size());
  draw_png(path, layout.width(), layout.height(chosen.size()), [&](Canvas& canvas) {
    for (std::size_t group = 0; group < chosen.size(); ++group) {
      for (std::size_t channel = 0; channel < channels.size(); ++channel) {
        draw_image(canvas, layout.x(channel), layout.y(group, channel),
                   dense(jets.images, chosen[group], static_cast<int>(channel)), jets.images.shape,
                   text("jet ", chosen[group], " (y = ", label, "): ", channels[channel].name),
                   bar_unit(channels[channel]), channels[channel].is_signed);
      }
    }
  });
}

void draw_averages(const JetRecords& jets, const std::vector<Channel>& channels, const std::filesystem::path& path) {
  const Layout layout(channels.size());
  draw_png(path, layout.width(), layout.height(3), [&](Canvas& canvas) {
    for (std::size_t channel = 0; channel < channels.size(); ++channel) {
      const std::string unit = bar_unit(channels[channel]);
      const Image background = average(jets, 0, static_cast<int>(channel));
      const Image signal = average(jets, 1, static_cast<int>(channel));
      Image difference(signal.size());
      std::transform(signal.begin(), signal.end(), background.begin(), difference.begin(), std::minus<>());
      const auto draw = [&](std::size_t group, const Image& image, const char* what, bool is_signed) {
        draw_image(canvas, layout.x(channel), layout.y(group, channel), image, jets.images.shape,
                   text(what, ": ", channels[channel].name), unit, is_signed);
      };
      draw(0, background, "mean of y = 0", channels[channel].is_signed);
      draw(1, signal, "mean of y = 1", channels[channel].is_signed);
      draw(2, difference, "(y = 1) − (y = 0)", true);
    }
  });
}

// What the observers of the CMS data sets are; others are drawn under their own name.
AxisTitle observer_title(const std::string& name) {
  if (name == "pt") return {"jet pT", "GeV"};
  if (name == "m0") return {"jet mass", "GeV"};
  return {name, ""};
}

// Letters, digits and underscores only: observers are named by files of foreign origin.
std::string file_word(const std::string& name) {
  std::string out;
  for (const char c : name) out.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_');
  return out.substr(0, 64);
}

// Values of one quantity by class.
class Spectrum {
 public:
  void add(std::uint8_t label, double value) { samples_[label].values.push_back(value); }

  void draw(const std::filesystem::path& folder, const std::string& name, const AxisTitle& title) {
    for (NamedValues& sample : samples_) {
      std::erase_if(sample.values, [](double value) { return !std::isfinite(value); });
    }
    std::erase_if(samples_, [](const NamedValues& sample) { return sample.values.empty(); });
    if (!samples_.empty()) plot_histograms(folder / text("spectrum_", file_word(name)), title, samples_);
  }

 private:
  std::vector<NamedValues> samples_ = {{"y = 0", {}}, {"y = 1", {}}};
};

constexpr float kSignificanceRange = 6;  // the core, where resolution and lifetime show

// Occupied pixels and sum of each jet; of signed channels the values of the pixels instead of their sum.
void draw_channel_spectra(const JetRecords& jets, const Channel& channel, int index,
                          const std::filesystem::path& folder) {
  Spectrum pixels;
  Spectrum sum;
  Spectrum values;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    const SparseChannel image = jets.images.channel(jet, index);
    pixels.add(jets.label[jet], static_cast<double>(image.value.size()));
    sum.add(jets.label[jet], std::accumulate(image.value.begin(), image.value.end(), 0.0));
    if (!channel.is_signed) continue;
    for (const float value : image.value) {
      if (std::abs(value) < kSignificanceRange) values.add(jets.label[jet], value);
    }
  }
  pixels.draw(folder, channel.name + "_pixels", {text("occupied ", channel.name, " pixels of a jet"), ""});
  if (channel.is_signed) {
    values.draw(folder, channel.name, {text(channel.name, " of a pixel"), ""});
  } else {
    sum.draw(folder, channel.name + "_sum", {text(channel.name, " sum of a jet"), channel.unit});
  }
}

}  // namespace

void draw_pictures(const JetRecords& jets, const std::vector<Channel>& channels, const std::filesystem::path& folder) {
  for (const int label : {0, 1}) draw_jets(jets, channels, label, folder / text("jets_class_", label, ".png"));
  draw_averages(jets, channels, folder / "averages.png");
  for (std::size_t observer = 0; observer < jets.observers.size(); ++observer) {
    Spectrum spectrum;
    for (std::size_t jet = 0; jet < jets.size(); ++jet) spectrum.add(jets.label[jet], jets.observers[observer][jet]);
    spectrum.draw(folder, jets.observer_names[observer], observer_title(jets.observer_names[observer]));
  }
  for (std::size_t channel = 0; channel < channels.size(); ++channel) {
    draw_channel_spectra(jets, channels[channel], static_cast<int>(channel), folder);
  }
}

}  // namespace jetvit
