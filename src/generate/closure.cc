#include "generate/closure.h"

#include <array>

#include "base/text.h"

namespace jetvit {
namespace {

// CMS Open Data 2012 simulation: non-zero pixels (HCAL: towers) and GeV per image.
struct Reference {
  double occupancy, sum;
};
constexpr std::array<Reference, 3> kCms = {{{78, 127}, {240, 77}, {17, 45}}};

struct Figures {
  double occupancy = 0, sum = 0;
};

Figures figures(const JetRecords& jets, int channel, int label) {
  Figures out;
  double count = 0;
  for (std::size_t jet = 0; jet < jets.size(); ++jet) {
    if (jets.label[jet] != label) continue;
    const SparseChannel sparse = jets.images.channel(jet, channel);
    out.occupancy += static_cast<double>(sparse.pixel.size());
    for (const float value : sparse.value) out.sum += static_cast<double>(value);
    ++count;
  }
  if (count > 0) out = {out.occupancy / count, out.sum / count};
  return out;
}

}  // namespace

std::string closure_table(const JetRecords& jets) {
  const auto channels = channels_for(jets.images.shape.channels);
  std::string out = "channel  occupied (y=1 / y=0)  sum (y=1 / y=0)  CMS occupied, sum\n";
  for (std::size_t index = 0; index < channels.size(); ++index) {
    const bool towers = channels[index].name == "hcal";
    const double tiles = towers ? 25 : 1;
    const Figures signal = figures(jets, static_cast<int>(index), 1);
    const Figures background = figures(jets, static_cast<int>(index), 0);
    out += text(channels[index].name, towers ? " (towers)" : "", "  ", fixed(signal.occupancy / tiles, 1), " / ",
                fixed(background.occupancy / tiles, 1), "  ", fixed(signal.sum, 1), " / ", fixed(background.sum, 1));
    if (channels.size() == kCms.size()) {
      out += text("  ", fixed(kCms[index].occupancy, 0), ", ", fixed(kCms[index].sum, 0));
    }
    out += '\n';
  }
  return out;
}

}  // namespace jetvit
