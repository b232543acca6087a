#include "report/jet_spectra.h"

#include <bit>
#include <cctype>
#include <cmath>
#include <numeric>

#include "base/random_stream.h"
#include "base/text.h"

namespace jetvit {
namespace {

constexpr float kSignificanceRange = 6;                   // the core, where resolution and lifetimes are visible
constexpr std::uint64_t kSamplePurpose = 0x73616d706c65;  // "sample"

// Titles for the observers of the CMS data sets. Others are shown with their own names.
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
  const std::vector<Chosen> chosen = choose(jets);
  for (std::size_t observer = 0; observer < jets.observers.size(); ++observer) {
    for (const Chosen& of : chosen) {
      const double value = jets.observers[observer][of.jet];
      if (std::isfinite(value)) push(observer, jets, of, value);
    }
  }
  for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
    add_channel(jets, chosen, static_cast<int>(channel), jets.observers.size() + 2 * channel);
  }
  for (const std::size_t label : {0U, 1U}) {
    while ((sample_.by_class ? sampled(label) : sampled()) > sample_.limit) raise_level(label);
  }
}

std::vector<JetSpectra::Chosen> JetSpectra::choose(const JetRecords& jets) {
  std::vector<Chosen> chosen;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    const auto level = static_cast<std::uint8_t>(std::countl_zero(mix_words({kSamplePurpose, jets_++})));
    const std::size_t label = jets.label[jet];
    if (level < level_[label]) continue;
    ++jets_of_level_[label][level];
    chosen.push_back({jet, level});
  }
  return chosen;
}

std::uint64_t JetSpectra::sampled(std::size_t label) const {
  return std::accumulate(jets_of_level_[label].begin() + level_[label], jets_of_level_[label].end(), std::uint64_t{0});
}

std::uint64_t JetSpectra::sampled() const {
  return sampled(0) + sampled(1);
}

// Drops half of the jets of a class, or of both if they have a common limit.
void JetSpectra::raise_level(std::size_t label) {
  for (const std::size_t of : {0U, 1U}) {
    if (sample_.by_class && of != label) continue;
    ++level_[of];
    for (std::size_t spectrum = 0; spectrum < spectra_.size(); ++spectrum) {
      std::vector<double>& values = spectra_[spectrum].values[of];
      std::vector<double>& weights = spectra_[spectrum].weights[of];
      std::vector<std::uint8_t>& levels = levels_[spectrum][of];
      std::size_t kept = 0;
      for (std::size_t index = 0; index < values.size(); ++index) {
        if (levels[index] < level_[of]) continue;
        values[kept] = values[index];
        weights[kept] = weights[index];
        levels[kept++] = levels[index];
      }
      values.resize(kept);
      weights.resize(kept);
      levels.resize(kept);
    }
  }
}

void JetSpectra::name_spectra(const std::vector<std::string>& observer_names) {
  for (const std::string& name : observer_names) spectra_.push_back({name, observer_title(name), {}, {}});
  for (const Channel& channel : channels_) {
    const std::string& name = channel.name;
    spectra_.push_back({text(name, "_pixels"), {text("occupied ", name, " pixels of a jet"), ""}, {}, {}});
    if (channel.is_signed) {
      spectra_.push_back({name, {text(name, " of a pixel"), channel.unit, "pixels"}, {}, {}});
    } else {
      spectra_.push_back({text(name, "_sum"), {text(name, " sum of a jet"), channel.unit}, {}, {}});
    }
  }
  levels_.resize(spectra_.size());
}

void JetSpectra::push(std::size_t spectrum, const JetRecords& jets, const Chosen& of, double value) {
  const std::size_t label = jets.label[of.jet];
  spectra_[spectrum].values[label].push_back(value);
  spectra_[spectrum].weights[label].push_back(jets.weight[of.jet]);
  levels_[spectrum][label].push_back(of.level);
}

// Adds the number of pixels of a channel to `spectrum`, and their sum or values to the next one.
void JetSpectra::add_channel(const JetRecords& jets, const std::vector<Chosen>& chosen, int channel,
                             std::size_t spectrum) {
  const bool is_signed = channels_[static_cast<std::size_t>(channel)].is_signed;
  for (const Chosen& of : chosen) {
    const SparseChannel image = jets.images.channel(of.jet, channel);
    push(spectrum, jets, of, static_cast<double>(image.value.size()));
    if (!is_signed) {
      push(spectrum + 1, jets, of, std::accumulate(image.value.begin(), image.value.end(), 0.0));
      continue;
    }
    for (const float value : image.value) {
      if (std::abs(value) < kSignificanceRange) push(spectrum + 1, jets, of, static_cast<double>(value));
    }
  }
}

}  // namespace jetvit
