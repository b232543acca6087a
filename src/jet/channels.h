#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace jetvit {

// One channel of a jet image.
struct Channel {
  std::string name;        // "tracks", "ecal", ...
  std::string unit;        // "GeV", "sigma" or "hits"
  bool is_signed = false;  // negative values have a meaning (d0 and dz significances)

  bool operator==(const Channel&) const = default;
};

// Shape of the images of one data set. Rows run along eta, columns along phi; a pixel is one ECAL crystal
// (0.0174 x 0.0174), 125 x 125 of them around the hottest HCAL tower (arXiv:1902.08276).
struct ImageShape {
  int channels = 0;
  int height = 0;
  int width = 0;

  std::int64_t pixels() const { return static_cast<std::int64_t>(height) * width; }
  std::int64_t values() const { return channels * pixels(); }
  bool operator==(const ImageShape&) const = default;
};

// Side of one pixel in eta and phi (CMS ECAL barrel crystal).
inline constexpr double kPixelSize = 0.0174;

// tracks (sum of pT), ecal, hcal (energies): arXiv:1902.08276.
std::vector<Channel> quark_gluon_channels();

// tracks, d0, dz (significances), ecal, hcal, bpix1 .. bpix3 (hit counts): arXiv:2104.14659.
std::vector<Channel> boosted_top_channels();

// The channels of a data set with `count` channels: those above for 3 and 8, otherwise "channel_1", ... without unit.
std::vector<Channel> channels_for(int count);

}  // namespace jetvit
