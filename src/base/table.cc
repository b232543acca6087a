#include "base/table.h"

#include <algorithm>

#include "base/text.h"

namespace jetvit {
namespace {

// Characters on the screen: UTF-8 continuation bytes take no space.
std::size_t width_of(const std::string& cell) {
  return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::string text_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                       std::size_t left_columns) {
  std::vector<std::vector<std::string>> lines = {header};
  lines.insert(lines.end(), rows.begin(), rows.end());
  std::vector<std::size_t> widths(header.size());
  for (auto& line : lines) {
    for (std::size_t column = 0; column < line.size(); ++column) {
      line[column] = one_line(line[column]);  // names of foreign files must not forge rows
      widths[column] = std::max(widths[column], width_of(line[column]));
    }
  }
  std::string out;
  const auto add_row = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string padding(widths[column] - width_of(row[column]), ' ');
      if (column > 0) line += "  ";
      line += column < left_columns ? row[column] + padding : padding + row[column];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  add_row(lines.front());
  std::vector<std::string> rule;
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  add_row(rule);
  for (std::size_t row = 1; row < lines.size(); ++row) add_row(lines[row]);
  return out;
}

std::string with_error(double value, double error, int digits) {
  return text(fixed(value, digits), " ± ", fixed(error, digits));
}

}  // namespace jetvit
