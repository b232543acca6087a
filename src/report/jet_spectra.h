#pragma once

#include <array>
#include <cstddef>
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

// Collects the quantities of jets that are shown as spectra: the observers, the occupied pixels and the sum of every
// channel, or the pixel values of signed ones.
class JetSpectra {
 public:
  explicit JetSpectra(std::vector<Channel> channels) : channels_(std::move(channels)) {}

  void add(const JetRecords& jets);
  std::size_t jets() const { return jets_; }
  const std::vector<Spectrum>& spectra() const { return spectra_; }

 private:
  void name_spectra(const std::vector<std::string>& observer_names);
  void add_channel(const JetRecords& jets, int channel, Spectrum& pixels, Spectrum& values) const;

  std::vector<Channel> channels_;
  std::vector<Spectrum> spectra_;  // of the observers, then two a channel
  std::size_t jets_ = 0;
};

}  // namespace jetvit
