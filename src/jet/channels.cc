#include "jet/channels.h"

#include "base/text.h"

namespace jetvit {

std::vector<Channel> quark_gluon_channels() {
  return {{"tracks", "GeV", false}, {"ecal", "GeV", false}, {"hcal", "GeV", false}};
}

std::vector<Channel> boosted_top_channels() {
  return {{"tracks", "GeV", false}, {"d0", "sigma", true},    {"dz", "sigma", true},    {"ecal", "GeV", false},
          {"hcal", "GeV", false},   {"bpix1", "hits", false}, {"bpix2", "hits", false}, {"bpix3", "hits", false}};
}

std::vector<Channel> channels_for(int count) {
  if (count == 3) return quark_gluon_channels();
  if (count == 8) return boosted_top_channels();
  std::vector<Channel> channels;
  for (int channel = 1; channel <= count; ++channel) channels.push_back({text("channel_", channel), "", false});
  return channels;
}

}  // namespace jetvit
