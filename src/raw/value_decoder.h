#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "raw/page_reader.h"

namespace jetvit {

// Levels of a page as one byte each. `bytes` holds hybrid runs; an empty span means that all levels are 0.
void decode_levels(std::span<const std::byte> bytes, int max_level, std::size_t count, std::vector<std::uint8_t>& out);

// Values of a flat or nested column as they are stored one after another (nulls take no place), converted to Number
// (float or double). `count` values are expected; throws Error where the page holds fewer or has an encoding that is
// not known.
template <class Number>
void decode_values(const DataPage& page, const PageReader& pages, PhysicalType type, std::size_t count,
                   std::vector<Number>& out);

// The dictionary's values, converted.
template <class Number>
void decode_dictionary(const PageReader& pages, PhysicalType type, std::vector<Number>& out);

// Bytes of one stored value; 0 for booleans, which are packed.
std::size_t stored_bytes(PhysicalType type);

}  // namespace jetvit
