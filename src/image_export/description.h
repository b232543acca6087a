#pragma once

#include <cstddef>
#include <vector>

#include "base/options.h"
#include "image_export/prepare_pictures.h"
#include "jet/input_transform.h"

namespace jetvit {

// The parts of preparation.json.

// Format, options and channels. batch: the number of jets that are normalized together.
Json describe_options(const PictureOptions& options, const RawReader& reader, std::size_t batch);

// The keys jets, sources, skipped, skipped_reasons and skipped_rows.
Json describe_sources(const RawReader& reader, const ReadSummary& summary);

// The statistics of each channel, as a list.
Json describe_statistics(const std::vector<Channel>& channels, const std::vector<ChannelStatistics>& statistics);

}  // namespace jetvit
