#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "raw/page_reader.h"

namespace jetvit {

// Decodes `count` levels of a page to one byte each. `bytes` holds hybrid runs. With max_level 0, all levels are 0 and
// `bytes` is not used. Throws Error on damaged runs or too many values.
void decode_levels(std::span<const std::byte> bytes, int max_level, std::size_t count, std::vector<std::uint8_t>& out);

// Decodes the `count` stored values of a page (nulls are not stored) and converts them to Number: float, double, or,
// for columns of integers, std::int64_t (with the bits of an unsigned value). Throws Error if the page has fewer values
// or an encoding that its type cannot have.
template <class Number>
void decode_values(const DataPage& page, const PageReader& pages, const LeafColumn& column, std::size_t count,
                   std::vector<Number>& out);

// Decodes the values of the dictionary and converts them to Number. Throws Error if it has fewer than it states.
template <class Number>
void decode_dictionary(const PageReader& pages, const LeafColumn& column, std::vector<Number>& out);

}  // namespace jetvit
