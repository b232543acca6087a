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

inline constexpr std::string_view kSpectrumStart = "spectrum_";  // prefix of file names

// The finite values of one quantity.
struct Spectrum {
  std::string name;  // "pt", "tracks_pixels"; names of observers come from untrusted files
  AxisTitle title;
  std::array<std::vector<double>, 2> values;   // in jets of class 0 and of class 1
  std::array<std::vector<double>, 2> weights;  // of the jets of these values

  std::string file_name() const;  // "spectrum_<name>", only letters, digits and underscores
};

// Limits the number of jets in the spectra, and so the memory. Whenever the limit is exceeded, half of the jets are
// dropped, and so is the same fraction of the following ones. The remaining jets are spread evenly over the input.
// Which jets remain depends only on their number in the input.
struct SpectrumSample {
  std::size_t limit = 100000;
  bool by_class = false;  // the limit applies to each class separately: more jets of a rare class remain
};

// Collects the quantities of jets that are shown as spectra: the observers, and for each channel the number of occupied
// pixels and the sum (for signed channels, the pixel values).
class JetSpectra {
 public:
  explicit JetSpectra(std::vector<Channel> channels, const SpectrumSample& sample = {})
      : channels_(std::move(channels)), sample_(sample) {}

  void add(const JetRecords& jets);
  std::uint64_t jets() const { return jets_; }  // added
  std::uint64_t sampled() const;                // in the spectra
  const std::vector<Spectrum>& spectra() const { return spectra_; }

 private:
  // Every jet has a level: half of them 0, a quarter 1, an eighth 2 ... Jets below the level of their class are
  // dropped.
  static constexpr std::size_t kLevels = 65;
  struct Chosen {
    std::size_t jet;
    std::uint8_t level;
  };

  std::vector<Chosen> choose(const JetRecords& jets);
  void name_spectra(const std::vector<std::string>& observer_names);
  void push(std::size_t spectrum, const JetRecords& jets, const Chosen& of, double value);
  void add_channel(const JetRecords& jets, const std::vector<Chosen>& chosen, int channel, std::size_t spectrum);
  std::uint64_t sampled(std::size_t label) const;
  void raise_level(std::size_t label);

  std::vector<Channel> channels_;
  SpectrumSample sample_;
  std::vector<Spectrum> spectra_;                                 // the observers, then two per channel
  std::vector<std::array<std::vector<std::uint8_t>, 2>> levels_;  // level of the jet of each value in spectra_
  std::array<std::array<std::uint64_t, kLevels>, 2> jets_of_level_{};
  std::array<std::uint8_t, 2> level_{};
  std::uint64_t jets_ = 0;
};

}  // namespace jetvit
