#include "generate/closure.h"

#include <array>

#include "base/text.h"

namespace jetvit {
namespace {

// CMS Open Data 2012 simulation: mean number of non-zero pixels (HCAL: towers) and mean sum in GeV per image, for
// tracks, ECAL and HCAL.
struct Reference {
  double occupancy, sum;
};
constexpr std::array<Reference, 3> kCms = {{{78, 127}, {240, 77}, {17, 45}}};

}  // namespace

void Closure::add(const JetRecords& jets) {
  channels_.resize(static_cast<std::size_t>(jets.images.shape.channels));
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    const std::size_t label = jets.label[jet];
    ++jets_[label];
    for (std::size_t channel = 0; channel < channels_.size(); ++channel) {
      const SparseChannel sparse = jets.images.channel(jet, static_cast<int>(channel));
      Sums& sums = channels_[channel][label];
      sums.occupied += static_cast<double>(sparse.pixel.size());
      for (const float value : sparse.value) sums.sum += static_cast<double>(value);
    }
  }
}

std::size_t Closure::jets() const {
  return jets_[0] + jets_[1];
}

std::string Closure::table() const {
  const auto channels = channels_for(static_cast<int>(channels_.size()));
  std::string out = "channel  occupied (y=1 / y=0)  sum (y=1 / y=0)  CMS occupied, sum\n";
  const auto mean = [this](double sum, std::size_t label) {
    return fixed(jets_[label] == 0 ? 0 : sum / static_cast<double>(jets_[label]), 1);
  };
  for (std::size_t index = 0; index < channels.size(); ++index) {
    const bool towers = channels[index].name == "hcal";
    const double tiles = towers ? 25 : 1;
    const auto& [background, signal] = channels_[index];
    out += text(channels[index].name, towers ? " (towers)" : "", "  ", mean(signal.occupied / tiles, 1), " / ",
                mean(background.occupied / tiles, 0), "  ", mean(signal.sum, 1), " / ", mean(background.sum, 0));
    if (channels.size() == kCms.size()) {
      out += text("  ", fixed(kCms[index].occupancy, 0), ", ", fixed(kCms[index].sum, 0));
    }
    out += '\n';
  }
  return out;
}

}  // namespace jetvit
