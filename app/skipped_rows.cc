#include "app/skipped_rows.h"

#include <algorithm>
#include <iostream>

#include "base/text.h"

namespace jetvit {

void print_skipped(const ReadSummary& summary, const std::vector<std::string>& files, const std::string& report) {
  if (summary.skipped == 0) return;
  constexpr std::size_t kShown = 10;
  for (std::size_t index = 0; index < std::min(kShown, summary.named.size()); ++index) {
    const SkippedRow& row = summary.named[index];
    std::cout << "skipped " << printable(files[row.file]) << " row " << row.row << ": " << one_line(row.reason) << '\n';
  }
  std::cout << "skipped " << with_commas(summary.skipped) << (summary.skipped == 1 ? " row" : " rows") << " in all";
  if (!summary.reasons.empty()) std::cout << " (" << reasons_text(summary) << ")";
  std::cout << (report.empty() ? "" : ", listed in " + one_line(report)) << '\n';
}

}  // namespace jetvit
