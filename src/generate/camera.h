#pragma once

#include "base/random_stream.h"
#include "generate/detector.h"
#include "jet/jet_records.h"

namespace jetvit {

// Appends the 125 x 125 image around the hottest HCAL tower in the 7 x 7 towers about the jet's axis: noise and zero
// suppression, HCAL towers tiled 5 x 5 and divided by 25, phi wrapped (arXiv:1902.08276). Returns false, and appends
// nothing, where the window would leave the detector (|ieta| > 16). Channels: 3 (quark-gluon) or 8 (boosted top) as
// in jet/channels.h.
bool append_picture(const Detector& detector, bool top, double eta, double phi, RandomStream& random,
                    SparseImages& images);

}  // namespace jetvit
