#pragma once

#include "base/random_stream.h"
#include "generate/detector.h"
#include "jet/jet_records.h"

namespace jetvit {

// Appends one image of 125 x 125 pixels to `images`. It is centered on the hottest HCAL tower among the 7 x 7 towers
// around the jet axis (eta, phi). The image includes noise and zero suppression; each HCAL tower covers 5 x 5 pixels,
// its energy divided by 25; phi wraps around (arXiv:1902.08276). Channels: 3 (quark-gluon) or 8 (`top`), as in
// jet/channels.h. Returns false and appends nothing if the window would leave the detector (|ieta| > 16).
bool append_picture(const Detector& detector, bool top, double eta, double phi, RandomStream& random,
                    SparseImages& images);

}  // namespace jetvit
