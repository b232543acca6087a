#include "report/jet_spectra.h"

#include <cctype>
#include <cmath>
#include <numeric>

#include "base/text.h"

namespace jetvit {
namespace {

constexpr float kSignificanceRange = 6;  // the core, where resolution and lifetime show

// What the observers of the CMS data sets are; others are drawn under their own name.
AxisTitle observer_title(const std::string& name) {
  if (name == "pt") return {"jet pT", "GeV"};
  if (name == "m0") return {"jet mass", "GeV"};
  return {name, ""};
}

}  // namespace

std::string Spectrum::file_name() const {
  std::string word;
  for (const char c : name) word.push_back(std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_');
  return text(kSpectrumStart, word.substr(0, 64));
}

void JetSpectra::add(const JetRecords& jets) {
  if (spectra_.empty()) name_spectra(jets.observer_names);
  auto next = spectra_.begin();
  for (const std::vector<double>& observer : jets.observers) {
    for (std::size_t jet = 0; jet < jets.size(); ++jet) {
      if (std::isfinite(observer[jet])) next->values[jets.label[jet]].push_back(observer[jet]);
    }
    ++next;
  }
  for (std::size_t channel = 0; channel < channels_.size(); ++channel, next += 2) {
    add_channel(jets, static_cast<int>(channel), next[0], next[1]);
  }
  jets_ += jets.size();
}

void JetSpectra::name_spectra(const std::vector<std::string>& observer_names) {
  for (const std::string& name : observer_names) spectra_.push_back({name, observer_title(name), {}});
  for (const Channel& channel : channels_) {
    const std::string& name = channel.name;
    spectra_.push_back({text(name, "_pixels"), {text("occupied ", name, " pixels of a jet"), ""}, {}});
    if (channel.is_signed) {
      spectra_.push_back({name, {text(name, " of a pixel"), ""}, {}});
    } else {
      spectra_.push_back({text(name, "_sum"), {text(name, " sum of a jet"), channel.unit}, {}});
    }
  }
}

void JetSpectra::add_channel(const JetRecords& jets, int channel, Spectrum& pixels, Spectrum& values) const {
  const bool is_signed = channels_[static_cast<std::size_t>(channel)].is_signed;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    const SparseChannel image = jets.images.channel(jet, channel);
    pixels.values[jets.label[jet]].push_back(static_cast<double>(image.value.size()));
    std::vector<double>& of_class = values.values[jets.label[jet]];
    if (!is_signed) {
      of_class.push_back(std::accumulate(image.value.begin(), image.value.end(), 0.0));
      continue;
    }
    for (const float value : image.value) {
      if (std::abs(value) < kSignificanceRange) of_class.push_back(static_cast<double>(value));
    }
  }
}

}  // namespace jetvit
