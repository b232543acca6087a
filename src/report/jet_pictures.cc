#include "report/jet_pictures.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <functional>

#include "base/text.h"
#include "report/axes.h"
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

// How values become colours: magnitudes on a log scale over `decades`, signed values on a symmetric linear one.
struct Scale {
  double top = 1;
  bool is_signed = false;
  static constexpr double kDecades = 4;

  static Scale of(const Image& image, bool is_signed) {
    double top = 0;
    for (const double value : image) top = std::max(top, std::abs(value));
    return {top > 0 ? top : 1, is_signed};
  }

  Color color(double value) const {
    if (is_signed) return difference_color(std::cbrt(value / top));
    return value > 0 ? heat_color(1 + std::log10(value / top) / kDecades) : heat_color(0);
  }
};

// Two significant digits: "34", "0.34", "1.2e-05".
std::string two_digits(double value) {
  if (value == 0) return "0";
  const int digits = 1 - static_cast<int>(std::floor(std::log10(std::abs(value))));
  return digits > 5 ? text(fixed(value * 1e5, 1), "e-05") : fixed(value, std::max(digits, 0));
}

void draw_bar(Canvas& canvas, double x, double y, const Scale& scale, const std::string& unit) {
  constexpr int kSteps = 64;
  constexpr double kWidth = 10;
  for (int step = 0; step < kSteps; ++step) {
    const double share = (step + 0.5) / kSteps;
    const double top = y + kPanel * (1 - (step + 1.0) / kSteps);
    const double cube = 2 * share - 1;
    const Color color = scale.is_signed ? difference_color(cube) : heat_color(share);
    canvas.rectangle(x, top, kWidth, kPanel / kSteps + 0.5, color);
  }
  canvas.frame(x, y, kWidth, kPanel, {0.2, 0.2, 0.2});
  const auto mark = [&](double share, double value) {
    canvas.label(x + kWidth + 4, y + kPanel * (1 - share) + 3, two_digits(value), 8, Align::kLeft);
  };
  if (scale.is_signed) {
    mark(1, scale.top);
    mark(0.5, 0);
    mark(0, -scale.top);
  } else {
    for (int decade = 0; decade <= static_cast<int>(Scale::kDecades); ++decade) {
      mark(1 - decade / Scale::kDecades, scale.top * std::pow(10, -decade));
    }
  }
  canvas.label(x, y - 5, unit, 8, Align::kLeft);
}

void draw_image(Canvas& canvas, double x, double y, const Image& image, const ImageShape& shape,
                const std::string& title, const std::string& unit, bool is_signed) {
  const double eta = kPixelSize * shape.height / 2;
  const double phi = kPixelSize * shape.width / 2;
  Axes axes(canvas, x, y, kPanel, kPanel, {"relative phi", -phi, phi, false}, {"relative eta", -eta, eta, false});
  const Scale scale = Scale::of(image, is_signed);
  canvas.rectangle(x, y, kPanel, kPanel, scale.color(0));
  const double side = kPanel / shape.width;
  for (int row = 0; row < shape.height; ++row) {
    for (int column = 0; column < shape.width; ++column) {
      const double value = image[static_cast<std::size_t>(row * shape.width + column)];
      if (value == 0) continue;
      // Row 0 is the smallest eta: at the bottom.
      canvas.rectangle(x + column * side, y + (shape.height - 1 - row) * side, side + 0.2, side + 0.2,
                       scale.color(value));
    }
  }
  canvas.frame(x, y, kPanel, kPanel, {0.2, 0.2, 0.2});
  canvas.label(x + kPanel / 2, y - 6, title, 10, Align::kCenter);
  draw_bar(canvas, x + kPanel + 8, y, scale, unit);
}

std::string bar_unit(const Channel& channel) {
  return channel.unit.empty() ? "" : text("[", channel.unit, "]");
}

void draw_jets(const JetRecords& jets, const std::vector<Channel>& channels, int label,
               const std::filesystem::path& path) {
  std::vector<std::size_t> chosen;
  for (std::size_t jet = 0; jet < jets.size() && chosen.size() < 3; ++jet) {
    if (jets.label[jet] == label) chosen.push_back(jet);
  }
  if (chosen.empty()) return;
  draw_png(path, kPanelStep * static_cast<double>(channels.size()), kRowStep * static_cast<double>(chosen.size()) + 10,
           [&](Canvas& canvas) {
             for (std::size_t row = 0; row < chosen.size(); ++row) {
               for (std::size_t channel = 0; channel < channels.size(); ++channel) {
                 draw_image(canvas, 52 + kPanelStep * static_cast<double>(channel),
                            26 + kRowStep * static_cast<double>(row),
                            dense(jets.images, chosen[row], static_cast<int>(channel)), jets.images.shape,
                            text("jet ", chosen[row], " (y = ", label, "): ", channels[channel].name),
                            bar_unit(channels[channel]), channels[channel].is_signed);
               }
             }
           });
}

void draw_averages(const JetRecords& jets, const std::vector<Channel>& channels, const std::filesystem::path& path) {
  draw_png(path, kPanelStep * static_cast<double>(channels.size()), 3 * kRowStep + 10, [&](Canvas& canvas) {
    for (std::size_t channel = 0; channel < channels.size(); ++channel) {
      const double x = 52 + kPanelStep * static_cast<double>(channel);
      const std::string unit = bar_unit(channels[channel]);
      const Image background = average(jets, 0, static_cast<int>(channel));
      const Image signal = average(jets, 1, static_cast<int>(channel));
      Image difference(signal.size());
      std::transform(signal.begin(), signal.end(), background.begin(), difference.begin(), std::minus<>());
      const bool is_signed = channels[channel].is_signed;
      draw_image(canvas, x, 26, background, jets.images.shape, text("mean of y = 0: ", channels[channel].name), unit,
                 is_signed);
      draw_image(canvas, x, 26 + kRowStep, signal, jets.images.shape, text("mean of y = 1: ", channels[channel].name),
                 unit, is_signed);
      draw_image(canvas, x, 26 + 2 * kRowStep, difference, jets.images.shape,
                 text("(y = 1) - (y = 0): ", channels[channel].name), unit, true);
    }
  });
}

// Letters, digits and underscores only: observers are named by files of foreign origin.
std::string file_word(const std::string& name) {
  std::string out;
  for (const char c : name) out.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_');
  return out.substr(0, 64);
}

}  // namespace

void draw_pictures(const JetRecords& jets, const std::vector<Channel>& channels, const std::filesystem::path& folder) {
  for (const int label : {0, 1}) draw_jets(jets, channels, label, folder / text("jets_class_", label, ".png"));
  draw_averages(jets, channels, folder / "averages.png");
  for (std::size_t observer = 0; observer < jets.observers.size(); ++observer) {
    std::vector<NamedValues> samples = {{"y = 0", {}}, {"y = 1", {}}};
    for (std::size_t jet = 0; jet < jets.size(); ++jet) {
      const double value = jets.observers[observer][jet];
      if (std::isfinite(value)) samples[jets.label[jet]].values.push_back(value);
    }
    std::erase_if(samples, [](const NamedValues& sample) { return sample.values.empty(); });
    if (!samples.empty()) {
      plot_histograms(folder / text("spectrum_", file_word(jets.observer_names[observer])),
                      jets.observer_names[observer], samples);
    }
  }
}

}  // namespace jetvit
