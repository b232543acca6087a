#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jet/jet_records.h"
#include "report/plots.h"

namespace jetvit {

inline constexpr std::string_view kSpectrumStart = "spectrum_";  // of the files' names

// The finite values of one quantity.
struct Spectrum {
  std::string name;  // of the quantity: "pt", "tracks_pixels"; observers are named by files of foreign origin
  AxisTitle title;
  std::array<std::vector<double>, 2> values;  // in jets of class 0 and of class 1

  std::string file_name() const;  // "spectrum_<name>", of letters, digits and underscores only
};

// How many jets spectra are of, in bounded memory. Once there are more, half of them are left out, and of the
// following ones as many, so that those that remain are spread evenly over all, wherever in the input they lie. Which
// remain follows from the number of the jet in the input alone.
struct SpectrumSample {
  std::size_t limit = 100000;
  bool by_class = false;  // the limit holds for each class: spectra of a rare one are of more of its jets
};

// Collects the quantities of jets that are shown as spectra: the observers, the occupied pixels and the sum of every
// channel, or the pixel values of signed ones.
class JetSpectra {
 public:
  explicit JetSpectra(std::vector<Channel> channels, const SpectrumSample& sample = {})
      : channels_(std::move(channels)), sample_(sample) {}

  void add(const JetRecords& jets);
  std::uint64_t jets() const { return jets_; }  // that were added
  std::uint64_t sampled() const;                // that the spectra are of
  const std::vector<Spectrum>& spectra() const { return spectra_; }

 private:
  // Every jet has a level: half of them 0, a quarter 1, an eighth 2 ... Those of at least a class's level are kept.
  static constexpr std::size_t kLevels = 65;
  struct Chosen {
    std::size_t jet;
    std::uint8_t level;
  };

  std::vector<Chosen> choose(const JetRecords& jets);
  void name_spectra(const std::vector<std::string>& observer_names);
  void push(std::size_t spectrum, int label, double value, std::uint8_t level);
  void add_channel(const JetRecords& jets, const std::vector<Chosen>& chosen, int channel, std::size_t spectrum);
  std::uint64_t sampled(std::size_t label) const;
  void raise_level(std::size_t label);

  std::vector<Channel> channels_;
  SpectrumSample sample_;
  std::vector<Spectrum> spectra_;                                 // of the observers, then two a channel
  std::vector<std::array<std::vector<std::uint8_t>, 2>> levels_;  // of the jet behind each value of spectra_
  std::array<std::array<std::uint64_t, kLevels>, 2> jets_of_level_{};
  std::array<std::uint8_t, 2> level_{};
  std::uint64_t jets_ = 0;
};

}  // namespace jetvit
