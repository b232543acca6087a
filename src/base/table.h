#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace jetvit {

// Formats a table for the terminal. Columns are padded to their widest cell. The first `left_columns` columns are
// left-aligned, the others right-aligned. A rule follows the header. Every row must have as many cells as the header.
std::string text_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                       std::size_t left_columns = 1);

// A cell: "0.8031 ± 0.0091" with four digits after the point.
std::string with_error(double value, double error, int digits);

}  // namespace jetvit
