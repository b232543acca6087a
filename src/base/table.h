#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace jetvit {

// A table for the terminal: columns padded to their widest cell, the first `words` of them left-aligned, the others
// right-aligned, a rule under the header. Every row has as many cells as the header.
std::string text_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                       std::size_t words = 1);

}  // namespace jetvit
