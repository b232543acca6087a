#pragma once

#include <cstddef>
#include <vector>

#include "base/options.h"
#include "jet/input_transform.h"
#include "published/published.h"

namespace jetvit {

// The parts of preparation.json.

// Format, options and channels. batch: jets that were normalised together.
Json describe_options(const PictureOptions& options, const RawReader& reader, std::size_t batch);

// jets, sources, skipped, skipped_reasons, skipped_rows.
Json describe_sources(const RawReader& reader, const ReadSummary& summary);

// A list with the statistics of each channel.
Json describe_statistics(const std::vector<Channel>& channels, const std::vector<ChannelStatistics>& statistics);

}  // namespace jetvit
