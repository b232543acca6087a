#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "jet/jet_records.h"

namespace jetvit {

// Writes the records as one Arrow IPC file, piece by piece, to `sink`. Columns: label uint8, weight float32, one
// float64 per observer, source_file uint32, source_row uint64, counts fixed_size_list<uint32>[channels] (non-zero
// pixels of each channel), pixel list<uint16> and value list<float32> (channel after channel; pixel = row * width +
// column). Throws Error where they hold too many pixels for one file, and what `sink` throws.
void encode_shard(const JetRecords& jets, const std::function<void(std::span<const std::byte>)>& sink);

// The opposite. `where` names the shard in messages; throws Error where the bytes are no such file or contradict
// themselves.
JetRecords decode_shard(std::span<const std::byte> bytes, const ImageShape& shape,
                        const std::vector<std::string>& observer_names, const std::string& where);

}  // namespace jetvit
