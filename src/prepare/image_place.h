#pragma once

#include "prepare/source_options.h"
#include "store/manifest.h"

namespace jetvit {

// Whether the images of the training and validation jets stay in the shards of the store, as SourceOptions::images says
// for this number of processes of the machine. Reports it where the size of the memory decides. Throws UsageError where
// the options ask for it and the input is no store.
bool keeps_images_on_disk(const SourceOptions& options, const Manifest& manifest, int local_processes);

}  // namespace jetvit
